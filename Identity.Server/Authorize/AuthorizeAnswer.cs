using System.Net;
using System.Security.Cryptography;
using System.Text;
using Identity.OpenId.Authorize;
using Identity.Server.Hosting;

namespace Identity.Server.Authorize;

/// <summary>Sends the browser back to the client: by a redirect, or by a form that submits itself (OAuth 2.0 Form Post Response Mode).</summary>
internal sealed class AuthorizeAnswer(AuthorizeResponse response) : IResult
{
    private const string Submit = "document.forms[0].submit()";

    private static readonly string ScriptHash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Submit)));

    public Task ExecuteAsync(HttpContext httpContext)
    {
        if (response.Mode is not "form_post")
        {
            return new SeeOther(response.Location()).ExecuteAsync(httpContext);
        }

        // The one page with a script, and that script is allowed by its hash; without scripts there is a button.
        var headers = httpContext.Response.Headers;
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = $"default-src 'none'; script-src 'sha256-{ScriptHash}'; form-action {PageHeaders.FormTarget(response.RedirectUri)}; frame-ancestors 'none'; base-uri 'none'";
        httpContext.Response.ContentType = "text/html; charset=utf-8";
        var fields = string.Concat(response.Parameters.Select(pair => $"<input type=\"hidden\" name=\"{WebUtility.HtmlEncode(pair.Key)}\" value=\"{WebUtility.HtmlEncode(pair.Value)}\">"));
        return httpContext.Response.WriteAsync(
            $"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Continue</title></head><body><form method=\"post\" action=\"{WebUtility.HtmlEncode(response.RedirectUri)}\">{fields}<noscript><button>Continue</button></noscript></form><script>{Submit}</script></body></html>",
            httpContext.RequestAborted);
    }
}
