using System.Security.Cryptography;
using Identity.OpenId.Authorize;
using Identity.OpenId.Clients;
using Identity.OpenId.Device;
using Identity.OpenId.Errors;
using Identity.OpenId.Introspection;
using Identity.OpenId.Scopes;
using Identity.OpenId.Token;
using Identity.OpenId.Tokens;
using Identity.Server.Accounts;
using Identity.Server.Keys;
using Microsoft.IdentityModel.Tokens;

namespace Identity.Server.Issuing;

/// <summary>The only mint: an authorization goes in, tokens come out.</summary>
internal sealed class TokenIssuer(SigningKeys keys, RefreshFamilies families, ReferenceTokens references, Subjects subjects, TimeProvider clock)
{
    /// <param name="authorization">What a grant proved.</param>
    /// <param name="issuer">The <c>iss</c> of the tokens.</param>
    /// <param name="audience">The <c>aud</c> of the access token.</param>
    /// <param name="cancellationToken">The request's.</param>
    /// <returns>The tokens, or the refusal of a code that somebody else used first.</returns>
    public async Task<Result<Issued>> IssueAsync(Authorization authorization, string issuer, IReadOnlyList<string> audience, CancellationToken cancellationToken)
    {
        var client = authorization.Client;
        // The family first: what is not kept must not be handed out.
        var family = authorization.Continued;
        if (family is null && (authorization.CodeHash is not null || authorization.DeviceHash is not null || MayRefresh(authorization)))
        {
            family = await families.BeginAsync(authorization, cancellationToken);
            if (family is null)
            {
                return authorization.DeviceHash is null ? AuthorizationCodes.Spent : DeviceState.Spent;
            }
        }

        var now = clock.GetUtcNow();
        var lifetime = authorization.AccessTokenLifetime ?? client.AccessTokenLifetime;
        var claims = new AccessTokenClaims
        {
            Issuer = issuer,
            Subject = SubjectOf(authorization),
            Audience = audience,
            ClientId = client.ClientId,
            IssuedAt = now,
            ExpiresAt = now + lifetime,
            Id = TokenId.Create(family?.Id ?? authorization.Within ?? Guid.Empty, now, RandomNumberGenerator.GetBytes(TokenId.RandomSize)),
            Scope = authorization.Scopes,
            AuthTime = authorization.Account is null ? null : authorization.AuthTime,
            AuthenticationContext = ContextOf(authorization),
            AuthenticationMethods = authorization.Account is null ? [] : authorization.AuthenticationMethods,
            KeyThumbprint = authorization.KeyThumbprint,
            Actor = authorization.Actor,
            Number = authorization.Number,
        };
        var access = client.AccessTokenFormat is "reference"
            ? await references.IssueAsync(claims, cancellationToken)
            : keys.Signer(SecurityAlgorithms.EcdsaSha256).Sign(claims.ToJson(), AccessTokenClaims.Type);

        return new Issued(
            new TokenResponse
            {
                AccessToken = access,
                TokenType = authorization.KeyThumbprint is null ? "Bearer" : "DPoP",
                ExpiresIn = (long)lifetime.TotalSeconds,
                RefreshToken = MayRefresh(authorization) ? family?.RefreshToken : null,
                IdToken = IdToken(authorization, issuer, access, now),
                IssuedTokenType = authorization.Actor is null ? null : ExchangeRequest.AccessTokenType,
                Scope = authorization.Scopes.Count > 0 ? authorization.Scopes.ToString() : null,
            },
            authorization,
            now);
    }

    /// <summary>A logout token, Back-Channel Logout 1.0 §2.4; good for two minutes, as long as a delivery may take.</summary>
    public string LogoutToken(ClientMetadata client, string issuer, string subject, string sid)
    {
        var now = clock.GetUtcNow();
        return keys.Signer(client.IdTokenSignedResponseAlg).Sign(
            new LogoutTokenClaims
            {
                Issuer = issuer,
                Subject = subject,
                Audience = client.ClientId,
                IssuedAt = now,
                ExpiresAt = now + TimeSpan.FromMinutes(2),
                Id = Handle.Write(RandomNumberGenerator.GetBytes(Handle.Size)),
                SessionId = sid,
            }.ToJson(),
            LogoutTokenClaims.Type);
    }

    /// <summary>Userinfo as a JWT, OpenID Connect Core §5.3.2.</summary>
    public string UserInfo(string claims, string algorithm) => keys.Signer(algorithm).Sign(claims, IdTokenClaims.Type);

    /// <summary>An introspection answer as a JWT, RFC 9701 §5; its default is RS256, which FAPI 2.0 Security Profile §5.4.1 rules out.</summary>
    public string Introspection(ClientMetadata caller, string issuer, IntrospectionResponse response) =>
        keys.Signer(caller.IsFapi ? SecurityAlgorithms.EcdsaSha256 : caller.IntrospectionSignedResponseAlg).Sign(IntrospectionToken.ToJson(issuer, caller.ClientId, clock.GetUtcNow(), response), IntrospectionToken.Type);

    // RFC 9068 §2.2: where no person is, the client itself is the subject.
    private string SubjectOf(Authorization authorization) => authorization.Account is { } account ? subjects.For(account, authorization.Client) : authorization.Client.ClientId;

    private static string? ContextOf(Authorization authorization) =>
        authorization.Account is not null && AuthenticationContext.Reached(authorization.AuthenticationMethods) is [var strongest, ..] ? strongest : null;

    // Password grants always get one if the client lists the grant; in a browser it takes offline_access, or a client of our own.
    private static bool MayRefresh(Authorization authorization) =>
        authorization is { MayRefresh: true, Account: not null, Actor: null } && authorization.Client.MayUse(GrantTypes.RefreshToken)
        && (authorization.SessionId is null || authorization.Client.FirstParty || authorization.Scopes.Contains(StandardScopes.OfflineAccess));

    private string? IdToken(Authorization authorization, string issuer, string access, DateTimeOffset now) =>
        !authorization.MayIdentify || authorization.Account is null || authorization.Actor is not null || !authorization.Scopes.Contains(StandardScopes.OpenId)
            ? null
            : keys.Signer(authorization.Client.IdTokenSignedResponseAlg).Sign(
                new IdTokenClaims
                {
                    Issuer = issuer,
                    Subject = SubjectOf(authorization),
                    Audience = authorization.Client.ClientId,
                    IssuedAt = now,
                    ExpiresAt = now + authorization.Client.IdTokenLifetime,
                    AuthTime = authorization.AuthTime,
                    AuthenticationContext = ContextOf(authorization),
                    AuthenticationMethods = authorization.AuthenticationMethods,
                    AccessTokenHash = TokenHash.LeftHalf(access),
                    Nonce = authorization.Nonce,
                    SessionId = authorization.SessionId,
                }.ToJson(writer => UserClaims.Write(writer, authorization.Account, authorization.Claims?.IdToken.Keys ?? [])),
                IdTokenClaims.Type);
}

/// <param name="Response">For the client.</param>
/// <param name="Authorization">What it was made from.</param>
/// <param name="At">The instant of issue.</param>
internal sealed record Issued(TokenResponse Response, Authorization Authorization, DateTimeOffset At);
