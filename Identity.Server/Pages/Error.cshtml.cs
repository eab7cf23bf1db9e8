using Identity.OpenId.Errors;
using Identity.Server.Hosting;
using Identity.Server.Languages;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Identity.Server.Pages;

/// <summary>The error page: what a person can do about it, and a reference that the log has too.</summary>
[IgnoreAntiforgeryToken]
public sealed partial class ErrorModel(ILogger<ErrorModel> logger) : PageModel
{
    private static readonly string[] InWords =
    [
        Words.Key("This sign-in is over or belongs to another browser. Please go back to the application and begin again."),
        Words.Key("This sign-in is over. Please go back to the application and begin again."),
        Words.Key("You were signed out in the meantime. Please sign in and begin again."),
    ];

    public string Heading { get; private set; } = Words.Current["Something went wrong"];

    public string Text { get; private set; } = Words.Current["The server met an unexpected condition. Please try again later."];

    /// <summary>What was refused, in the standard's words: for whoever makes the application, and therefore not translated.</summary>
    public string? Detail { get; private set; }

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
            Heading = Words.Current["This request cannot be answered"];
            Show(error);
            Refused(Reference, error.Error, error.Description);
            return;
        }

        if (HttpContext.Features.Get<IExceptionHandlerFeature>() is { Error: { } failure })
        {
            Failed(failure, Reference);
            return;
        }

        switch (HttpContext.Response.StatusCode)
        {
            case StatusCodes.Status404NotFound or StatusCodes.Status200OK:
                (Heading, Text) = (Words.Current["There is nothing here"], Words.Current["The address is mistyped or out of date."]);
                break;
            case StatusCodes.Status400BadRequest:
                (Heading, Text) = (Words.Current["This form is out of date"], Words.Current["Please go back to the application and begin again."]);
                break;
            case StatusCodes.Status405MethodNotAllowed:
                (Heading, Text) = (Words.Current["This request cannot be answered"], Words.Current["The address does not take this kind of request."]);
                break;
        }
    }

    // Descriptions of refusals are for developers. Those that a person can act on are in the person's words.
    private void Show(OAuthError error)
    {
        if (error.Description is { } sentence && Array.IndexOf(InWords, sentence) >= 0)
        {
            Text = Words.Current[sentence];
            return;
        }

        Text = Words.Current["The application asked for something that cannot be done. Please go back to it and try again. If that does not help, tell its makers what stands below."];
        Detail = error.Description ?? error.Error;
    }

    [LoggerMessage(1105, LogLevel.Error, "A page failed ({Reference})")]
    private partial void Failed(Exception failure, string reference);

    [LoggerMessage(2050, LogLevel.Information, "A browser was refused ({Reference}): {Error}: {Description}")]
    private partial void Refused(string reference, string error, string? description);
}
