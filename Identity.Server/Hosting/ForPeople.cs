namespace Identity.Server.Hosting;

/// <summary>Which answers a person reads in a browser; everything else speaks JSON.</summary>
internal static class ForPeople
{
    public const string ErrorPage = "/error";

    private static readonly string[] Places = ["/connect/authorize", "/connect/endsession", "/sign-in", "/register", "/forgot", "/select-account", "/consent", "/device", "/sign-out", "/signed-out", "/error", "/account", "/signin-qq", "/signin-weixin", "/signin-weixin-official"];

    public static bool Is(HttpContext http) => http.Request.Path == "/" || Array.Exists(Places, place => http.Request.Path.StartsWithSegments(place, StringComparison.OrdinalIgnoreCase));
}
