using Identity.Server.Sessions;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Identity.Server.Pages;

/// <summary>Who is signed in; whoever is not is asked to.</summary>
public sealed class IndexModel(IServiceProvider services) : PageModel
{
    public string Shown { get; private set; } = "";

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        if (await services.GetRequiredService<BrowserSessions>().CurrentAsync(HttpContext, cancellationToken) is not { Account: { } account })
        {
            return Redirect("~/sign-in");
        }

        Shown = PersonName.Of(account);
        return Page();
    }
}
