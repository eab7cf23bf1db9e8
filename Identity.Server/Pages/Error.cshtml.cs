using Identity.Server.Hosting;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Identity.Server.Pages;

/// <summary>The error page: what a person can do about it, and a reference that the log has too.</summary>
[IgnoreAntiforgeryToken]
public sealed partial class ErrorModel(ILogger<ErrorModel> logger) : PageModel
{
    public string Heading { get; private set; } = "Something went wrong";

    public string Text { get; private set; } = "The server met an unexpected condition. Please try again later.";

    /// <summary>Where the person came from, and its home page if it registered one.</summary>
    public string? Application { get; private set; }

    public string? ApplicationUri { get; private set; }

    public string Reference => HttpContext.TraceIdentifier;

    public void OnGet() => Show();

    public void OnPost() => Show();

    private void Show()
    {
        if (PageRefusal.Of(HttpContext) is { Error: { } error } refusal)
        {
            (Application, ApplicationUri) = (refusal.Back?.Name, refusal.Back?.Uri);
            (Heading, Text) = ("This request cannot be answered", error.Description ?? error.Error);
            Refused(Reference, error.Error, error.Description);
            return;
        }

        switch (HttpContext.Response.StatusCode)
        {
            case StatusCodes.Status404NotFound or StatusCodes.Status200OK:
                (Heading, Text) = ("There is nothing here", "The address is mistyped or out of date.");
                break;
            case StatusCodes.Status400BadRequest:
                (Heading, Text) = ("This form is out of date", "Please go back to the application and begin again.");
                break;
            case StatusCodes.Status405MethodNotAllowed:
                (Heading, Text) = ("This request cannot be answered", "The address does not take this kind of request.");
                break;
        }
    }

    [LoggerMessage(2050, LogLevel.Information, "A browser was refused ({Reference}): {Error}: {Description}")]
    private partial void Refused(string reference, string error, string? description);
}
