using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Languages;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Identity.Server.Pages;

/// <summary>
/// A page with a form. A form that another page made, or that was made before the browser lost its cookies, changes nothing
/// and is shown again with what was typed: the person presses once more, and a stranger's page has gained nothing.
/// </summary>
/// <remarks>The framework's own check, which this one replaces, answers with a bare status. This one too stands before every handler.</remarks>
[IgnoreAntiforgeryToken]
public abstract class FormPage : PageModel
{
    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        // The binder's complaints are not in a person's words; the handlers look at what came themselves.
        ModelState.Clear();
        if (!HttpMethods.IsPost(Request.Method) || await IsOursAsync())
        {
            await next();
            return;
        }

        OutOfDate();
        context.Result = await ShowAgainAsync(context.HandlerArguments, HttpContext.RequestAborted);
    }

    /// <summary>
    /// Whom the page was shown to, where its form acts for whoever is signed in; the form carries it along. By the time it is
    /// sent another may be signed in in that browser, who has seen nothing of it and has agreed to nothing.
    /// </summary>
    [BindProperty(Name = "person")]
    public string? Person { get; set; }

    /// <summary>The sentences of the request's language.</summary>
    private protected static Words Words => Words.Current;

    /// <summary>Whether who is signed in now is who saw the page. If not, the page has to be shown again, and says so.</summary>
    private protected bool WasShownTo(SessionRow session)
    {
        if (string.Equals(Person, session.Account!.Subject, StringComparison.Ordinal))
        {
            return true;
        }

        OutOfDate();
        return false;
    }

    /// <summary>Says what is wrong: beside the field, and above the form for those who do not see the field. An empty name means the form as a whole.</summary>
    private protected void Wrong(string field, string sentence) => ModelState.AddModelError(field, sentence);

    /// <summary>The page as GET shows it, with what was typed where that is no secret.</summary>
    private protected abstract Task<IActionResult> ShowAgainAsync(IDictionary<string, object?> sent, CancellationToken cancellationToken);

    private protected static string? Text(IDictionary<string, object?> sent, string name) => sent.TryGetValue(name, out var value) ? value as string : null;

    /// <summary>303, which the framework's own redirect is not.</summary>
    private protected static IActionResult Go(string location) => new SeeOtherPage(location);

    private void OutOfDate()
    {
        Response.StatusCode = StatusCodes.Status400BadRequest;
        ViewData["OutOfDate"] = Words["This form was out of date. Nothing has happened yet: please send it again."];
    }

    private async Task<bool> IsOursAsync()
    {
        try
        {
            return await HttpContext.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(HttpContext);
        }
        catch (AntiforgeryValidationException)
        {
            // The body is no form.
            return false;
        }
    }

    private sealed class SeeOtherPage(string location) : ActionResult
    {
        public override Task ExecuteResultAsync(ActionContext context) => new SeeOther(location).ExecuteAsync(context.HttpContext);
    }
}
