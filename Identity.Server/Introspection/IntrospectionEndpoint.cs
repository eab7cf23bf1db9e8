using Identity.OpenId;
using Identity.OpenId.Introspection;
using Identity.OpenId.Parameters;
using Identity.OpenId.Scopes;
using Identity.OpenId.Token;
using Identity.OpenId.Tokens;
using Identity.Server.Clients;
using Identity.Server.Hosting;
using Identity.Server.Issuing;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Identity.Server.Introspection;

/// <summary>POST /connect/introspect, RFC 7662.</summary>
internal static class IntrospectionEndpoint
{
    public static async Task<Results<ProtocolJson<IntrospectionResponse>, ContentHttpResult, OAuthRefusal>> HandleAsync(
        HttpContext http, ClientAuthenticator authenticator, ClientDirectory clients, AccessTokens accessTokens, RefreshFamilies families, Subjects subjects, TokenIssuer mint, CancellationToken cancellationToken)
    {
        if (!(await http.Request.ReadParametersAsync(cancellationToken)).Succeeded(out var parameters, out var error)
            || !PresentedClient.Read(http.Request.Headers.Authorization, parameters).Succeeded(out var presented, out error)
            || !(await authenticator.AuthenticateAsync(presented, Caller.Of(http), Endpoints.Introspection, cancellationToken)).Succeeded(out var caller, out error))
        {
            return new OAuthRefusal(error);
        }

        // §2.1: the endpoint must not be open to whoever guesses tokens, and a public client is anybody.
        if (caller.Metadata.IsPublic)
        {
            return new OAuthRefusal(Identity.OpenId.Errors.OAuthError.InvalidClient());
        }

        var reader = new ParameterReader(parameters);
        var token = reader.Required("token", TokenReader.MaxLength);
        _ = reader.Optional("token_type_hint", 128);
        if (reader.Error is { } mistake)
        {
            return new OAuthRefusal(mistake);
        }

        var issuer = Caller.Of(http).Issuer;
        var answer = token.Length == RefreshToken.TextLength
            ? await RefreshAsync(token, caller, issuer, clients, families, subjects, cancellationToken)
            : await AccessAsync(token, caller, issuer, clients, accessTokens, cancellationToken);
        // RFC 9701 §4: who asks for a JWT gets one.
        if (http.Request.GetTypedHeaders().Accept.Any(accepted => accepted.MediaType.Equals(IntrospectionToken.MediaType, StringComparison.OrdinalIgnoreCase)))
        {
            http.Response.Headers.CacheControl = "no-store";
            return TypedResults.Content(mint.Introspection(caller.Metadata, issuer, answer), IntrospectionToken.MediaType);
        }

        return new ProtocolJson<IntrospectionResponse>(answer, OpenIdJson.Default.IntrospectionResponse);
    }

    // A token that is not meant for the caller is as inactive as a forged one (§2.2).
    private static async Task<IntrospectionResponse> AccessAsync(string token, AuthenticatedClient caller, string issuer, ClientDirectory clients, AccessTokens tokens, CancellationToken cancellationToken)
    {
        if (!(await tokens.ReadAsync(token, issuer, cancellationToken)).Succeeded(out var good, out _)
            || clients.Find(good.Claims.ClientId) is null
            || !(caller.Metadata.MayIntrospect || good.Claims.Audience.Contains(caller.Client.ClientId, StringComparer.Ordinal)))
        {
            return IntrospectionResponse.Inactive;
        }

        var claims = good.Claims;
        return new IntrospectionResponse
        {
            Active = true,
            Scope = claims.Scope.Count > 0 ? claims.Scope.ToString() : null,
            ClientId = claims.ClientId,
            Username = good.Account?.UserName,
            TokenType = claims.KeyThumbprint is null ? "Bearer" : "DPoP",
            Exp = claims.ExpiresAt.ToUnixTimeSeconds(),
            Iat = claims.IssuedAt.ToUnixTimeSeconds(),
            Sub = claims.Subject,
            Aud = claims.Audience,
            Iss = claims.Issuer,
            Jti = claims.Id.Text,
            AuthTime = claims.AuthTime?.ToUnixTimeSeconds(),
            Acr = claims.AuthenticationContext,
            Act = claims.Actor,
            Cnf = claims.KeyThumbprint is { } thumbprint ? new(thumbprint) : null,
        };
    }

    private static async Task<IntrospectionResponse> RefreshAsync(string token, AuthenticatedClient caller, string issuer, ClientDirectory clients, RefreshFamilies families, Subjects subjects, CancellationToken cancellationToken)
    {
        if (await families.PeekAsync(token, cancellationToken) is not { } family
            || clients.Find(family.ClientId) is not { } owner
            || !(caller.Metadata.MayIntrospect || string.Equals(owner.ClientId, caller.Client.ClientId, StringComparison.Ordinal))
            || !families.IsActive(family, token, owner.Metadata))
        {
            return IntrospectionResponse.Inactive;
        }

        return new IntrospectionResponse
        {
            Active = true,
            Scope = ScopeSet.Parse(family.Scope).Succeeded(out var scope, out _) && scope.Count > 0 ? family.Scope : null,
            ClientId = family.ClientId,
            Username = family.Account!.UserName,
            TokenType = "refresh_token",
            Exp = family.ExpiresAt.ToUnixTimeSeconds(),
            Iat = family.RotatedAt.ToUnixTimeSeconds(),
            Sub = subjects.For(family.Account, owner.Metadata),
            Iss = issuer,
            AuthTime = family.AuthTime.ToUnixTimeSeconds(),
        };
    }
}
