using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.DataProtection;

namespace Identity.Server.External;

/// <summary>
/// The handlers' state as 32 letters and digits, because WeChat takes 128 octets and the framework's own has two hundred
/// and more. What it stands for lies, protected, in a cookie named after it: so it is also tied to the browser that began,
/// and an address that somebody else was given leads nowhere.
/// </summary>
internal sealed class ShortState(IHttpContextAccessor accessor, IDataProtector protector) : ISecureDataFormat<AuthenticationProperties>
{
    private const int Octets = 16;

    // Attempts that were given up stay until their time is over; a header full of them would be refused.
    private const int MostAtOnce = 6;

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    private readonly PropertiesDataFormat inner = new(protector);

    public string Protect(AuthenticationProperties data)
    {
        var http = accessor.HttpContext!;
        var prefix = Prefix(http.Request);
        var before = http.Request.Cookies.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).ToList();
        foreach (var old in before.Count < MostAtOnce ? [] : before)
        {
            http.Response.Cookies.Delete(old, Options(http.Request));
        }

        var state = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Octets));
        http.Response.Cookies.Append(prefix + state, inner.Protect(data), Options(http.Request, Lifetime));
        return state;
    }

    public string Protect(AuthenticationProperties data, string? purpose) => Protect(data);

    /// <summary>Null for a state that this browser was not given. It stays readable until its time is over: a callback may come twice, and the second is to be told where to go on. That only one of them signs in is the correlation cookie's part.</summary>
    public AuthenticationProperties? Unprotect(string? protectedText)
    {
        var request = accessor.HttpContext!.Request;
        return protectedText is { Length: Octets * 2 } state && state.All(char.IsAsciiHexDigitLower) ? inner.Unprotect(request.Cookies[Prefix(request) + state]) : null;
    }

    public AuthenticationProperties? Unprotect(string? protectedText, string? purpose) => Unprotect(protectedText);

    private static string Prefix(HttpRequest request) => request.IsHttps ? "__Host-identity-external-" : "identity-external-";

    private static CookieOptions Options(HttpRequest request, TimeSpan? lifetime = null) => new()
    {
        HttpOnly = true,
        Secure = request.IsHttps,
        SameSite = SameSiteMode.Lax,
        Path = "/",
        MaxAge = lifetime,
    };
}
