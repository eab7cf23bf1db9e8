using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;

namespace Identity.Server.External.Weixin;

/// <summary>Signs a browser in at WeChat, by its QR code page or, inside WeChat, as an official account; with the options and claims of the package AspNet.Security.OAuth.Weixin. docs/decisions/0011 says what replacing it by the package takes.</summary>
internal sealed class WeixinAuthenticationHandler(IOptionsMonitor<WeixinAuthenticationOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : OAuthHandler<WeixinAuthenticationOptions>(options, logger, encoder)
{
    protected override string FormatScope(IEnumerable<string> scopes) => string.Join(',', scopes);

    // In this order and with the fragment: WeChat's own browser matches the address by a pattern.
    protected override string BuildChallengeUrl(AuthenticationProperties properties, string redirectUri) => QueryHelpers.AddQueryString(
        Options.AuthorizationEndpoint,
        new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["appid"] = Options.ClientId,
            ["redirect_uri"] = redirectUri,
            ["response_type"] = "code",
            ["scope"] = FormatScope(properties.GetParameter<ICollection<string>>(OAuthChallengeProperties.ScopeKey) ?? Options.Scope),
            ["state"] = Options.StateDataFormat.Protect(properties),
        }) + "#wechat_redirect";

    protected override async Task<OAuthTokenResponse> ExchangeCodeAsync(OAuthCodeExchangeContext context)
    {
        var exchanged = await WeixinProtocol.ExchangeAsync(Calls(), Options.TokenEndpoint, Options.ClientId, Options.ClientSecret, context.Code, Context.RequestAborted);
        return exchanged.Succeeded(out var answer, out var error)
            ? OAuthTokenResponse.Success(JsonDocument.Parse(answer.GetRawText()))
            : OAuthTokenResponse.Failed(new ExternalSignInException(error));
    }

    protected override async Task<AuthenticationTicket> CreateTicketAsync(ClaimsIdentity identity, AuthenticationProperties properties, OAuthTokenResponse tokens)
    {
        var answered = tokens.Response!.RootElement;
        var openId = answered.Text("openid")!;
        if (!(await WeixinProtocol.ProfileAsync(Calls(), Options.UserInformationEndpoint, tokens.AccessToken!, openId, Context.RequestAborted)).Succeeded(out var profile, out var error))
        {
            throw new ExternalSignInException(error);
        }

        // The openid is that of the token's answer, whatever the profile says.
        var user = profile.Answer is { } told ? JsonObject.Create(told)! : [];
        user["openid"] = openId;
        if ((WeixinProtocol.UnionId(answered) ?? (profile.Answer is { } from ? WeixinProtocol.UnionId(from) : null)) is { } unionId)
        {
            user["unionid"] = unionId;
        }

        var context = new OAuthCreatingTicketContext(new ClaimsPrincipal(identity), properties, Context, Scheme, Options, Backchannel, tokens, JsonSerializer.SerializeToElement(user));
        context.RunClaimActions();
        await Events.CreatingTicket(context);
        return new AuthenticationTicket(context.Principal!, context.Properties, Scheme.Name);
    }

    private ProviderCalls Calls() => new(Backchannel, Options.BackchannelTimeout, Logger);
}
