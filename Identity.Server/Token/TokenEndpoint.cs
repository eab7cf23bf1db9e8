using Identity.OpenId;
using Identity.OpenId.Token;
using Identity.Server.Hosting;
using Identity.Server.Proofs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Identity.Server.Token;

/// <summary>POST /connect/token, RFC 6749 §3.2.</summary>
internal static class TokenEndpoint
{
    public static async Task<Results<ProtocolJson<TokenResponse>, OAuthRefusal>> HandleAsync(HttpContext http, TokenExchange exchange, DPoPProofs proofs, CancellationToken cancellationToken)
    {
        var proof = proofs.Of(http, Endpoints.Token);
        if (!(await http.Request.ReadParametersAsync(cancellationToken)).Succeeded(out var parameters, out var error)
            || !PresentedClient.Read(http.Request.Headers.Authorization, parameters).Succeeded(out var presented, out error)
            || !TokenRequest.Parse(parameters).Succeeded(out var request, out error)
            || !(await exchange.ExchangeAsync(presented, request, proof, Caller.Of(http), cancellationToken)).Succeeded(out var issued, out error))
        {
            return new OAuthRefusal(error);
        }

        return new ProtocolJson<TokenResponse>(issued.Response, OpenIdJson.Default.TokenResponse);
    }
}
