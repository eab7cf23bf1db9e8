using Identity.Compat;
using Identity.OpenId.Errors;
using Identity.Server.Clients;
using Identity.Server.Hosting;
using Identity.Server.Issuing;
using Identity.Server.Token;

namespace Identity.Server.Compat;

/// <summary>The legacy door opens on the same hall as the token endpoint, one step further in: the API's client needs no proof, because nobody else can name it here.</summary>
internal sealed class LegacyTokenExchange(TokenExchange exchange, ClientAuthenticator authenticator, LegacyMembers members, CompatOptions options) : ITokenExchange
{
    async Task<Result<LegacySession>> ITokenExchange.ExchangeAsync(LegacyExchange legacy, HttpContext http, CancellationToken cancellationToken)
    {
        if (!authenticator.Vouch(legacy.Api).Succeeded(out var client, out var error))
        {
            return error;
        }

        var caller = Caller.Of(http);
        LegacyMember? member = null;
        return (await exchange.ExchangeAsync(client, legacy.Request with { PasswordAlone = options.Of(legacy.Api).AllowPasswordOnly }, caller, AmendAsync, cancellationToken)).Succeeded(out var issued, out error)
            ? new LegacySession(issued.Response, issued.At, member!)
            : error;

        async Task<Result<Authorization>> AmendAsync(Authorization proved)
        {
            if (legacy.RefuseOnceProved is { } refusal)
            {
                return refusal;
            }

            member = await members.VisitAsync(legacy.Api, proved.Account!, caller, cancellationToken);
            return proved with
            {
                MayIdentify = false,
                AccessTokenLifetime = legacy.AccessTokenLifetime,
                Number = legacy.NumberClaim is { } name ? (name, member.Number) : null,
            };
        }
    }
}
