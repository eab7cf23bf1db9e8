using System.Security.Cryptography;
using Identity.OpenId.Clients;
using Identity.OpenId.Scopes;
using Identity.OpenId.Token;
using Identity.OpenId.Tokens;
using Identity.Server.Keys;
using Microsoft.IdentityModel.Tokens;

namespace Identity.Server.Issuing;

/// <summary>The only mint: an authorization goes in, tokens come out.</summary>
internal sealed class TokenIssuer(SigningKeys keys, RefreshFamilies families, TimeProvider clock)
{
    /// <param name="authorization">What a grant proved.</param>
    /// <param name="issuer">The <c>iss</c> of the tokens.</param>
    /// <param name="audience">The <c>aud</c> of the access token.</param>
    public async Task<Issued> IssueAsync(Authorization authorization, string issuer, IReadOnlyList<string> audience, CancellationToken cancellationToken)
    {
        var client = authorization.Client;
        // The family first: what is not kept must not be handed out.
        var family = authorization.Continued ?? (MayRefresh(authorization) ? await families.BeginAsync(authorization, cancellationToken) : null);
        var now = clock.GetUtcNow();
        var lifetime = authorization.AccessTokenLifetime ?? client.AccessTokenLifetime;
        var access = keys.Signer(SecurityAlgorithms.EcdsaSha256).Sign(
            new AccessTokenClaims
            {
                Issuer = issuer,
                Subject = authorization.Subject,
                Audience = audience,
                ClientId = client.ClientId,
                IssuedAt = now,
                ExpiresAt = now + lifetime,
                Id = TokenId.Create(family?.Id ?? Guid.Empty, now, RandomNumberGenerator.GetBytes(TokenId.RandomSize)),
                Scope = authorization.Scopes,
                AuthTime = authorization.Account is null ? null : authorization.AuthTime,
                Number = authorization.Number,
            }.ToJson(),
            AccessTokenClaims.Type);

        return new Issued(
            new TokenResponse
            {
                AccessToken = access,
                ExpiresIn = (long)lifetime.TotalSeconds,
                RefreshToken = family?.RefreshToken,
                IdToken = IdToken(authorization, issuer, access, now),
                Scope = authorization.Scopes.Count > 0 ? authorization.Scopes.ToString() : null,
            },
            authorization,
            now);
    }

    // Password grants always get one if the client may use it; that a client lists the grant is the operator's word.
    private static bool MayRefresh(Authorization authorization) => authorization.Account is not null && authorization.Client.MayUse(GrantTypes.RefreshToken);

    private string? IdToken(Authorization authorization, string issuer, string access, DateTimeOffset now) =>
        authorization.Account is null || !authorization.Scopes.Contains(StandardScopes.OpenId)
            ? null
            : keys.Signer(authorization.Client.IdTokenSignedResponseAlg).Sign(
                new IdTokenClaims
                {
                    Issuer = issuer,
                    Subject = authorization.Subject,
                    Audience = authorization.Client.ClientId,
                    IssuedAt = now,
                    ExpiresAt = now + authorization.Client.IdTokenLifetime,
                    AuthTime = authorization.AuthTime,
                    AuthenticationMethods = authorization.AuthenticationMethods,
                    AccessTokenHash = TokenHash.LeftHalf(access),
                }.ToJson(),
                "JWT");
}

/// <param name="Response">For the client.</param>
/// <param name="Authorization">What it was made from.</param>
/// <param name="At">The instant of issue.</param>
internal sealed record Issued(TokenResponse Response, Authorization Authorization, DateTimeOffset At);
