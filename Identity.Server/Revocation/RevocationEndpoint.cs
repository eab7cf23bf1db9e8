using Identity.OpenId.Errors;
using Identity.OpenId.Parameters;
using Identity.OpenId.Token;
using Identity.OpenId.Tokens;
using Identity.Server.Clients;
using Identity.Server.Hosting;
using Identity.Server.Issuing;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Identity.Server.Revocation;

/// <summary>POST /connect/revoke, RFC 7009.</summary>
internal static class RevocationEndpoint
{
    public static async Task<Results<Ok, OAuthRefusal>> HandleAsync(
        HttpContext http, ClientAuthenticator authenticator, AccessTokens accessTokens, RefreshFamilies families, ILogger<RefreshFamilies> logger, CancellationToken cancellationToken)
    {
        if (!(await http.Request.ReadParametersAsync(cancellationToken)).Succeeded(out var parameters, out var error)
            || !PresentedClient.Read(http.Request.Headers.Authorization, parameters).Succeeded(out var presented, out error)
            || !(await authenticator.AuthenticateAsync(presented, Caller.Of(http), Endpoints.Revocation, cancellationToken)).Succeeded(out var client, out error))
        {
            return new OAuthRefusal(error);
        }

        var reader = new ParameterReader(parameters);
        var token = reader.Required("token", TokenReader.MaxLength);
        // §2.1: a wrong hint must not matter, so the token's own shape decides.
        _ = reader.Optional("token_type_hint", 128);
        if (reader.Error is { } mistake)
        {
            return new OAuthRefusal(mistake);
        }

        http.Response.Headers.CacheControl = "no-store";
        if (await families.PeekAsync(token, cancellationToken) is { } family)
        {
            if (!string.Equals(family.ClientId, client.Client.ClientId, StringComparison.Ordinal))
            {
                return Foreign();
            }

            if (await families.RevokeAsync(family.Id, CancellationToken.None))
            {
                AuditLog.FamilyRevoked(logger, family.Id, family.ClientId);
            }
        }
        else if ((await accessTokens.ReadAsync(token, Caller.Of(http).Issuer, cancellationToken)).Succeeded(out var good, out _))
        {
            if (!string.Equals(good.Claims.ClientId, client.Client.ClientId, StringComparison.Ordinal))
            {
                return Foreign();
            }

            await accessTokens.RevokeAsync(good.Claims, CancellationToken.None);
            AuditLog.AccessTokenRevoked(logger, good.Claims.Id.Text, good.Claims.ClientId, good.Claims.ExpiresAt);
        }

        // §2.2: an unknown token is as revoked as one can be.
        return TypedResults.Ok();
    }

    private static OAuthRefusal Foreign() => new(OAuthError.InvalidRequest("The token was not issued to this client."));
}
