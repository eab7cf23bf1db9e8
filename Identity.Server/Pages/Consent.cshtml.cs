using Identity.OpenId.Scopes;
using Identity.Server.Accounts;
using Identity.Server.Clients;
using Identity.Server.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Identity.Server.Pages;

/// <summary>What the client will see, in words.</summary>
public sealed class ConsentModel(IServiceProvider services) : WaitingPage
{
    public IReadOnlyList<string> Lines { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(string? request, CancellationToken cancellationToken)
    {
        if (!await FindAsync(request, cancellationToken) || Asked is null)
        {
            return Over();
        }

        var scopes = services.GetRequiredService<ScopeDirectory>();
        Lines = [.. Asked.Scope.Select(scope => Describe(scope, scopes))];
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string? request, bool allow, CancellationToken cancellationToken)
    {
        if (!await FindAsync(request, cancellationToken) || Asked is null)
        {
            return Over();
        }

        if (!allow)
        {
            return await DeclineAsync(cancellationToken);
        }

        if (await services.GetRequiredService<BrowserSessions>().CurrentAsync(HttpContext, cancellationToken) is { } session)
        {
            await services.GetRequiredService<Consents>().GiveAsync(session.AccountId, Asked.ClientId, Asked.Scope, cancellationToken);
        }

        return GoOn();
    }

    internal static string Describe(string scope, ScopeDirectory scopes) => scope switch
    {
        StandardScopes.OpenId => "know that it is you",
        StandardScopes.Profile => "see your profile: name, picture, birthday and the like",
        StandardScopes.Email => "see your e-mail address",
        StandardScopes.Phone => "see your phone number",
        StandardScopes.Address => "see your postal address",
        StandardScopes.OfflineAccess => "keep this access while you are away",
        _ => scopes.Describe(scope) ?? scope,
    };
}
