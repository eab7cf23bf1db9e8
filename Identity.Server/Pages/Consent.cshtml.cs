using Identity.OpenId.Authorize;
using Identity.OpenId.Scopes;
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

    public async Task<IActionResult> OnGetAsync(string? request, CancellationToken cancellationToken)
    {
        if (!await FindAsync(request, cancellationToken) || Asked is null)
        {
            return await OverAsync(request, cancellationToken);
        }

        var scopes = services.GetRequiredService<ScopeDirectory>();
        Lines = [.. Asked.Scope.Select(scope => Describe(scope, scopes)).Concat(Beyond(Asked).Select(Describe)).Distinct(StringComparer.Ordinal)];
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
            await services.GetRequiredService<Consents>().GiveAsync(session.AccountId, Asked.ClientId, Asked.Scope, Beyond(Asked), cancellationToken);
        }

        return GoOn();
    }

    private IReadOnlyList<string> Beyond(AuthorizeRequest asked) => services.GetRequiredService<AuthorizeFlow>().BeyondScopes(asked);

    private static string Describe(string scope, ScopeDirectory scopes) => scope switch
    {
        StandardScopes.OpenId => "know that it is you",
        StandardScopes.Profile => "see your profile: name, picture, birthday and the like",
        StandardScopes.Email => "see your e-mail address",
        StandardScopes.Phone => "see your phone number",
        StandardScopes.Address => "see your postal address",
        StandardScopes.OfflineAccess => "keep this access while you are away",
        _ => scopes.Describe(scope) ?? scope,
    };

    // A claim by itself, OpenID Connect Core §5.5.
    private static string Describe(string claim) => claim switch
    {
        "email" or "email_verified" => "see your e-mail address",
        "phone_number" or "phone_number_verified" => "see your phone number",
        "address" => "see your postal address",
        "preferred_username" => "see your user name",
        "profile" => "see the address of your profile page",
        "birthdate" => "see your birthday",
        "zoneinfo" => "see your time zone",
        "locale" => "see your language",
        "updated_at" => "see when your profile was changed",
        _ => $"see your {claim.Replace('_', ' ')}",
    };
}
