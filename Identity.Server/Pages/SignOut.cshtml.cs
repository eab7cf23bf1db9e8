using Identity.Server.Hosting;
using Identity.Server.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Identity.Server.Pages;

/// <summary>Asks before it signs anybody out.</summary>
public sealed class SignOutModel(IServiceProvider services) : FormPage
{
    public string Waiting { get; private set; } = "";

    public async Task<IActionResult> OnGetAsync(string? request, CancellationToken cancellationToken)
    {
        var after = await AfterAsync(request, cancellationToken);
        return await services.GetRequiredService<BrowserSessions>().CurrentAsync(HttpContext, cancellationToken) is null ? Go(after) : Page();
    }

    public async Task<IActionResult> OnPostAsync(string? request, CancellationToken cancellationToken)
    {
        var after = await AfterAsync(request, cancellationToken);
        var sessions = services.GetRequiredService<BrowserSessions>();
        if (await sessions.CurrentAsync(HttpContext, cancellationToken) is { } session)
        {
            await sessions.EndAsync(HttpContext, session, cancellationToken);
        }

        return Go(after);
    }

    private protected override Task<IActionResult> ShowAgainAsync(IDictionary<string, object?> sent, CancellationToken cancellationToken) => OnGetAsync(Text(sent, "request"), cancellationToken);

    private async Task<string> AfterAsync(string? request, CancellationToken cancellationToken)
    {
        if (await services.GetRequiredService<LogoutRequests>().FindAsync(request, HttpContext, cancellationToken) is not { } after)
        {
            return Endpoints.SignedOut;
        }

        Waiting = request!;
        if (after.Length == 0)
        {
            return Endpoints.SignedOut;
        }

        PageHeaders.LetFormsEndAt(HttpContext, after);
        return after;
    }
}
