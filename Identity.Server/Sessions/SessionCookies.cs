using System.Security.Cryptography;
using Identity.OpenId.Tokens;

namespace Identity.Server.Sessions;

/// <summary>The cookies: whose session, which browser, which sign-in waits here for its second step, and which device needs none. Handles of 256 bits; only their hashes are kept here.</summary>
internal static class SessionCookies
{
    private const string Session = "identity-session";
    private const string Browser = "identity-browser";
    private const string Second = "identity-second-step";
    private const string Device = "identity-device";

    public static string? SessionHandle(HttpRequest request) => Read(request, Session);

    public static void SetSession(HttpContext http, string handle, DateTimeOffset? until) => Set(http, Session, handle, until);

    public static void ClearSession(HttpContext http) => http.Response.Cookies.Delete(Name(http.Request, Session), Options(http.Request, null));

    public static string? SecondStepHandle(HttpRequest request) => Read(request, Second);

    public static void SetSecondStep(HttpContext http, string handle) => Set(http, Second, handle, null);

    public static void ClearSecondStep(HttpContext http) => http.Response.Cookies.Delete(Name(http.Request, Second), Options(http.Request, null));

    /// <summary>The hash of what a remembered device is known by; null for a browser that is none.</summary>
    public static string? DeviceHash(HttpRequest request) => Read(request, Device) is { } handle ? Handle.Hash(handle) : null;

    public static void SetDevice(HttpContext http, string handle, DateTimeOffset until) => Set(http, Device, handle, until);

    public static void ClearDevice(HttpContext http) => http.Response.Cookies.Delete(Name(http.Request, Device), Options(http.Request, null));

    /// <summary>The hash of this browser's own handle; made when it has none yet. It ties a waiting request to the browser that began it.</summary>
    public static string BrowserHash(HttpContext http)
    {
        if (Read(http.Request, Browser) is not { } handle)
        {
            handle = Handle.Write(RandomNumberGenerator.GetBytes(Handle.Size));
            Set(http, Browser, handle, null);
        }

        return Handle.Hash(handle);
    }

    private static string? Read(HttpRequest request, string cookie) => request.Cookies[Name(request, cookie)] is { } value && Handle.IsWellFormed(value) ? value : null;

    private static void Set(HttpContext http, string cookie, string value, DateTimeOffset? until) =>
        http.Response.Cookies.Append(Name(http.Request, cookie), value, Options(http.Request, until));

    // RFC 6265bis §4.1.3.2: a browser takes the prefix only with Secure, Path=/ and no Domain, so no neighbour can plant one.
    private static string Name(HttpRequest request, string cookie) => request.IsHttps ? $"__Host-{cookie}" : cookie;

    private static CookieOptions Options(HttpRequest request, DateTimeOffset? until) => new()
    {
        HttpOnly = true,
        Secure = request.IsHttps,
        SameSite = SameSiteMode.Lax,
        Path = "/",
        Expires = until,
    };
}
