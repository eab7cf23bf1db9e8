using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.Extensions.Options;

namespace Identity.Server.External.Qq;

/// <summary>Signs a browser in at QQ, with the options and claims of the package AspNet.Security.OAuth.QQ. docs/decisions/0011 says what replacing it by the package takes.</summary>
internal sealed class QQAuthenticationHandler(IOptionsMonitor<QQAuthenticationOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : OAuthHandler<QQAuthenticationOptions>(options, logger, encoder)
{
    protected override string FormatScope(IEnumerable<string> scopes) => string.Join(',', scopes);

    protected override async Task<OAuthTokenResponse> ExchangeCodeAsync(OAuthCodeExchangeContext context)
    {
        _ = context.Properties.Items.TryGetValue(OAuthConstants.CodeVerifierKey, out var verifier);
        var exchanged = await QqProtocol.ExchangeAsync(Calls(), Options.TokenEndpoint, Options.ClientId, Options.ClientSecret, context.Code, context.RedirectUri, verifier, Context.RequestAborted);
        return exchanged.Succeeded(out var answer, out var error)
            ? OAuthTokenResponse.Success(JsonDocument.Parse(answer.GetRawText()))
            : OAuthTokenResponse.Failed(new ExternalSignInException(error));
    }

    protected override async Task<AuthenticationTicket> CreateTicketAsync(ClaimsIdentity identity, AuthenticationProperties properties, OAuthTokenResponse tokens)
    {
        var calls = Calls();
        if (!(await QqProtocol.IdentifyAsync(calls, Options.UserIdentificationEndpoint, tokens.AccessToken!, Options.ApplyForUnionId, Context.RequestAborted)).Succeeded(out var me, out var error))
        {
            throw new ExternalSignInException(error);
        }

        // The package does not look. A code is bound to its app by the secret already; this costs nothing.
        if (!string.Equals(me.AppId, Options.ClientId, StringComparison.Ordinal))
        {
            throw new ExternalSignInException(ExternalRefusals.Foreign);
        }

        if (!(await QqProtocol.ProfileAsync(calls, Options.UserInformationEndpoint, tokens.AccessToken!, Options.ClientId, me.OpenId, Context.RequestAborted)).Succeeded(out var profile, out error))
        {
            throw new ExternalSignInException(error);
        }

        identity.AddClaim(new Claim(ClaimTypes.NameIdentifier, me.OpenId, ClaimValueTypes.String, Options.ClaimsIssuer));
        if (Options.ApplyForUnionId && me.UnionId is { } unionId)
        {
            identity.AddClaim(new Claim(QQAuthenticationConstants.Claims.UnionId, unionId, ClaimValueTypes.String, Options.ClaimsIssuer));
        }

        var context = new OAuthCreatingTicketContext(new ClaimsPrincipal(identity), properties, Context, Scheme, Options, Backchannel, tokens, profile);
        context.RunClaimActions();
        await Events.CreatingTicket(context);
        return new AuthenticationTicket(context.Principal!, context.Properties, Scheme.Name);
    }

    private ProviderCalls Calls() => new(Backchannel, Options.BackchannelTimeout, Logger);
}
