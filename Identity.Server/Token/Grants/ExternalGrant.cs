using Identity.OpenId.Errors;
using Identity.OpenId.Scopes;
using Identity.OpenId.Token;
using Identity.Server.Accounts;
using Identity.Server.Clients;
using Identity.Server.External;
using Identity.Server.External.Qq;
using Identity.Server.Issuing;

namespace Identity.Server.Token.Grants;

/// <summary>A one-time code (or QQ mobile token) of a provider's app, brought by a client that may use that app.</summary>
/// <param name="grantType">The grant's name.</param>
/// <param name="provider">See <see cref="ExternalApp"/>.</param>
/// <param name="client">Asks the provider.</param>
/// <param name="apps">Our apps there.</param>
/// <param name="signIn">From identity to account.</param>
/// <param name="throttle">Counts failures by address, as for passwords.</param>
/// <param name="options">How many.</param>
/// <param name="clock">When the person proved it.</param>
internal sealed class ExternalGrant(string grantType, string provider, IProviderClient client, ExternalApps apps, ExternalSignIn signIn, Throttle throttle, AccountsOptions options, TimeProvider clock) : IGrant
{
    private static readonly OAuthError NotTheClients = OAuthError.UnauthorizedClient("The client may not use this app.");

    private readonly ThrottleRule perAddress = new("external sign-in by address", options.Throttle.FailuresPerAddress, TimeSpan.FromMinutes(10));

    public string GrantType => grantType;

    public ScopePolicy Scopes => ScopePolicy.User;

    public async Task<Result<Authorization>> AuthorizeAsync(GrantContext context, CancellationToken cancellationToken)
    {
        if (!AppOf(context).Succeeded(out var app, out var error) || !ProofOf(context.Request, app).Succeeded(out var proof, out error))
        {
            return error;
        }

        var (receipt, _) = await throttle.ChargeAsync([new(perAddress, context.Caller.Network)], cancellationToken);
        if (receipt is null)
        {
            return OAuthError.InvalidGrant("Too many failed attempts; try again later.", RefusalReason.Throttled);
        }

        // From here to the settlement nothing stops for a client that hangs up: the code is spent either way.
        if (!(await IdentifyAsync(app, proof, context)).Succeeded(out var account, out error) && error.Reason is not RefusalReason.ProviderUnavailable)
        {
            await throttle.KeepAsync(receipt);
            return error;
        }

        await throttle.RefundAsync(receipt);
        return error ?? (Result<Authorization>)new Authorization
        {
            Client = context.Client.Metadata,
            Account = account,
            Scopes = context.Scopes,
            AuthTime = clock.GetUtcNow(),
            AuthenticationMethods = [provider],
            SessionKey = context.Request.SessionKey,
        };
    }

    private async Task<Result<Data.Account>> IdentifyAsync(ExternalApp app, ExternalProof proof, GrantContext context)
    {
        if (!(await client.IdentifyAsync(app, proof, CancellationToken.None)).Succeeded(out var user, out var error))
        {
            return error;
        }

        // Never believed, only compared: a client that sends somebody else's has been fooled or fools.
        return context.Request.OpenId is { } claimed && !string.Equals(claimed, user.OpenId, StringComparison.Ordinal)
            ? ExternalRefusals.Foreign
            : await signIn.SignInAsync(user, context.Caller, CancellationToken.None);
    }

    // An app that is not the client's and one that does not exist are the same answer.
    private Result<ExternalApp> AppOf(GrantContext context)
    {
        var metadata = context.Client.Metadata;
        var allowed = apps.Of(provider).Where(app => metadata.ExternalApps.Contains(app.Name, StringComparer.Ordinal)).ToList();
        if (context.Request.App is null && allowed.Count != 1)
        {
            return allowed.Count == 0 ? NotTheClients : OAuthError.InvalidRequest("app is missing: the client may use several.");
        }

        var app = context.Request.App is { } name ? allowed.Find(one => string.Equals(one.Name, name, StringComparison.Ordinal)) : allowed[0];
        return app is null ? NotTheClients
            : app.NeedsConfidentialClient && metadata.IsPublic ? OAuthError.UnauthorizedClient("Codes of websites and official accounts take a client that authenticates.")
            : app;
    }

    private static Result<ExternalProof> ProofOf(TokenRequest request, ExternalApp app)
    {
        var proof = new ExternalProof { Code = request.Code, AccessToken = request.AccessToken, PhoneCode = request.PhoneCode, RedirectUri = RedirectUriOf(request, app) };
        return (proof.Code, proof.AccessToken) switch
        {
            (not null, not null) => OAuthError.InvalidRequest("code and access_token exclude each other."),
            (null, null) => OAuthError.InvalidRequest("code is missing."),
            (null, _) when !app.AcceptMobileTokens => OAuthError.InvalidRequest("Access tokens are not accepted for this app; send a code."),
            _ when proof.PhoneCode is not null && app.Kind != ExternalAppKind.MiniProgram => OAuthError.InvalidRequest("phone_code belongs to a mini program."),
            (not null, _) when app is { Provider: ExternalApp.QQ } && proof.RedirectUri is null => OAuthError.InvalidRequest("redirect_uri is missing: QQ compares it with that of the authorization request."),
            _ => proof,
        };
    }

    private static string? RedirectUriOf(TokenRequest request, ExternalApp app) => app switch
    {
        { Provider: not ExternalApp.QQ } => null,
        { Kind: ExternalAppKind.MobileApp } => app.RedirectUri ?? QqProtocol.MobileRedirectUri,
        _ => request.RedirectUri ?? app.RedirectUri,
    };
}
