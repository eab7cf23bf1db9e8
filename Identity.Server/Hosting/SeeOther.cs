namespace Identity.Server.Hosting;

/// <summary>303: whatever the method was, the browser goes on with GET and sends nothing along (RFC 9700 §4.12).</summary>
internal sealed class SeeOther(string location) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
        // A page of ours is behind the issuer's path.
        httpContext.Response.Headers.Location = location.StartsWith('/') ? httpContext.Request.PathBase + location : location;
        httpContext.Response.Headers.CacheControl = "no-store";
        return Task.CompletedTask;
    }
}
