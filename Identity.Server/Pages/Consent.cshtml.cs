using Identity.OpenId.Authorize;
using Identity.Server.Accounts;
using Identity.Server.Authorize;
using Identity.Server.Clients;
using Identity.Server.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Identity.Server.Pages;

/// <summary>What the client will see, in words.</summary>
public sealed class ConsentModel(IServiceProvider services) : WaitingPage
{
    public IReadOnlyList<string> Lines { get; private set; } = [];

    /// <summary>Whose consent it would be.</summary>
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
        Lines = ScopeWords.Of(Asked.Scope, Beyond(Asked), services.GetRequiredService<ScopeDirectory>());
        return Page();
    }

    private protected override Task<IActionResult> ShowAgainAsync(IDictionary<string, object?> sent, CancellationToken cancellationToken) => OnGetAsync(Text(sent, "request"), cancellationToken);

    public async Task<IActionResult> OnPostAsync(string? request, bool allow, CancellationToken cancellationToken)
    {
        if (!await FindAsync(request, cancellationToken) || Asked is null)
        {
            return await OverAsync(request, cancellationToken);
        }

        if (!allow)
        {
            return await DeclineAsync(cancellationToken);
        }

        if (await services.GetRequiredService<BrowserSessions>().CurrentAsync(HttpContext, cancellationToken) is { } session)
        {
            if (!WasShownTo(session))
            {
                return await OnGetAsync(request, cancellationToken);
            }

            await services.GetRequiredService<Consents>().GiveAsync(session.AccountId, Asked.ClientId, Asked.Scope, Beyond(Asked), cancellationToken);
        }

        return GoOn();
    }

    private IReadOnlyList<string> Beyond(AuthorizeRequest asked) => services.GetRequiredService<AuthorizeFlow>().BeyondScopes(asked);
}
