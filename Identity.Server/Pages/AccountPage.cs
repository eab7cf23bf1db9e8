using Identity.Server.Data;
using Identity.Server.Sessions;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;

namespace Identity.Server.Pages;

/// <summary>A page of somebody who is signed in; whoever is not is asked to.</summary>
public abstract class AccountPage : FormPage
{
    private SessionRow? session;

    /// <summary>Living. Set before any handler runs.</summary>
    private protected SessionRow Session => session ?? throw new InvalidOperationException("No handler ran yet.");

    private protected Account Account => Session.Account!;

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        session = await HttpContext.RequestServices.GetRequiredService<BrowserSessions>().CurrentAsync(HttpContext, HttpContext.RequestAborted);
        if (session is null)
        {
            // What was sent by a form is lost, and its page is not.
            context.Result = Go(Request.Path.StartsWithSegments("/account", StringComparison.Ordinal) ? $"/sign-in?then={Request.Path.Value}" : "/sign-in");
            return;
        }

        Announcement.Show(this);
        await base.OnPageHandlerExecutionAsync(context, next);
    }

    /// <summary>On to a page that says what was done.</summary>
    private protected IActionResult Done(string location, string sentence)
    {
        Announcement.Keep(this, sentence);
        return Go(location);
    }
}

/// <summary>What was done, said once on the page that the browser was sent to; a reload does not say it again.</summary>
internal static class Announcement
{
    private const string Done = "Done";

    public static void Keep(PageModel page, string sentence) => page.TempData[Done] = sentence;

    public static void Show(PageModel page)
    {
        // Whoever brings nothing is not told to forget it.
        var next = page.HttpContext.RequestServices.GetRequiredService<IOptions<CookieTempDataProviderOptions>>().Value.Cookie.Name!;
        if (page.Request.Cookies.ContainsKey(next) && page.TempData[Done] is string sentence)
        {
            page.ViewData[Done] = sentence;
        }
    }
}
