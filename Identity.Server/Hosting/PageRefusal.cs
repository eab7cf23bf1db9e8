using Identity.OpenId.Errors;

namespace Identity.Server.Hosting;

/// <summary>A refusal for a person: only a status here; the error page reads it and speaks.</summary>
internal sealed class PageRefusal(OAuthError error, WayBack? back = null) : IResult
{
    public OAuthError Error => error;

    /// <summary>The application that the person came from, where that is proved.</summary>
    public WayBack? Back => back;

    /// <summary>What the error page has to tell; null for an unknown address or a fault.</summary>
    public static PageRefusal? Of(HttpContext http) => http.Items[typeof(PageRefusal)] as PageRefusal;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status400BadRequest;
        httpContext.Items[typeof(PageRefusal)] = this;
        return Task.CompletedTask;
    }
}

/// <param name="Name">As people know it.</param>
/// <param name="Uri">Its home page, where it registered one.</param>
internal sealed record WayBack(string Name, string? Uri);
