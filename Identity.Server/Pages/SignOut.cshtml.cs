using Identity.Server.Hosting;
using Identity.Server.Sessions;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Identity.Server.Pages;

/// <summary>Asks before it signs anybody out.</summary>
public sealed class SignOutModel(IServiceProvider services) : PageModel
{
    public string Waiting { get; private set; } = "";

    public async Task OnGetAsync(string? request, CancellationToken cancellationToken)
    {
        Waiting = request ?? "";
        await AfterAsync(request, cancellationToken);
    }

    public async Task<IActionResult> OnPostAsync(string? request, CancellationToken cancellationToken)
    {
        var after = await AfterAsync(request, cancellationToken);
        var sessions = services.GetRequiredService<BrowserSessions>();
        if (await sessions.CurrentAsync(HttpContext, cancellationToken) is { } session)
        {
            await sessions.EndAsync(HttpContext, session, cancellationToken);
        }

        HttpContext.Response.Headers.Location = after;
        return new StatusCodeResult(StatusCodes.Status303SeeOther);
    }

    private async Task<string> AfterAsync(string? request, CancellationToken cancellationToken)
    {
        if (await services.GetRequiredService<LogoutRequests>().FindAsync(request, HttpContext, cancellationToken) is not { Length: > 0 } after)
        {
            return Endpoints.SignedOut;
        }

        PageHeaders.LetFormsEndAt(HttpContext, after);
        return after;
    }
}
