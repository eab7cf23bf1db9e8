using Identity.OpenId.Errors;

namespace Identity.Server.Hosting;

/// <summary>A refusal for a person: only a status here; the error page reads it and speaks.</summary>
internal sealed class PageRefusal(OAuthError error) : IResult
{
    public OAuthError Error => error;

    /// <summary>What the error page has to tell; null for an unknown address or a fault.</summary>
    public static PageRefusal? Of(HttpContext http) => http.Items[typeof(PageRefusal)] as PageRefusal;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status400BadRequest;
        httpContext.Items[typeof(PageRefusal)] = this;
        return Task.CompletedTask;
    }
}
