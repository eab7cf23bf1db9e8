using Identity.Server.Authorize;
using Identity.Server.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Identity.Server.Pages;

/// <summary>prompt=select_account: go on as who is signed in, or as somebody else.</summary>
public sealed class SelectAccountModel(IServiceProvider services) : WaitingPage
{
    public string Shown { get; private set; } = "";

    public async Task<IActionResult> OnGetAsync(string? request, CancellationToken cancellationToken)
    {
        if (!await FindAsync(request, cancellationToken) || Asked is null)
        {
            return await OverAsync(request, cancellationToken);
        }

        if (await services.GetRequiredService<BrowserSessions>().CurrentAsync(HttpContext, cancellationToken) is not { Account: { } account })
        {
            return GoOn();
        }

        (Person, Shown) = (account.Subject, PersonName.Of(account));
        return Page();
    }

    private protected override Task<IActionResult> ShowAgainAsync(IDictionary<string, object?> sent, CancellationToken cancellationToken) => OnGetAsync(Text(sent, "request"), cancellationToken);

    public async Task<IActionResult> OnPostAsync(string? request, CancellationToken cancellationToken)
    {
        if (!await FindAsync(request, cancellationToken) || Asked is null)
        {
            return await OverAsync(request, cancellationToken);
        }

        if (await services.GetRequiredService<BrowserSessions>().CurrentAsync(HttpContext, cancellationToken) is { } session && !WasShownTo(session))
        {
            return await OnGetAsync(request, cancellationToken);
        }

        await services.GetRequiredService<PendingRequests>().ChooseAccountAsync(Row, cancellationToken);
        return GoOn();
    }
}
