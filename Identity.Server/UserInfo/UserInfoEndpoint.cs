using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Identity.Compat;
using Identity.OpenId.Authorize;
using Identity.OpenId.Errors;
using Identity.OpenId.Parameters;
using Identity.OpenId.Scopes;
using Identity.Server.Accounts;
using Identity.Server.Clients;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Issuing;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Identity.Server.UserInfo;

/// <summary>GET and POST /connect/userinfo, OpenID Connect Core §5.3.</summary>
internal static class UserInfoEndpoint
{
    private const string Scheme = "Bearer ";

    public static async Task<Results<Utf8ContentHttpResult, OAuthRefusal>> HandleAsync(
        HttpContext http, AccessTokens tokens, ScopeDirectory scopes, ClientDirectory clients, CompatOptions compat, CancellationToken cancellationToken)
    {
        if (!(await PresentedTokenAsync(http.Request, cancellationToken)).Succeeded(out var presented, out var error))
        {
            return OAuthRefusal.OfToken(error);
        }

        // What a client of an old API sends along with its own token counts only where nothing standard was sent, and only
        // for tokens of that API: it takes no other client's token out of the one place where RFC 6750 wants it.
        string? only = null;
        if (presented.Length == 0)
        {
            if (LegacyTransport.ReadBeside(http.Request, compat) is not { } beside)
            {
                return OAuthRefusal.NoToken;
            }

            (only, presented) = beside;
        }

        var issuer = Caller.Of(http).Issuer;
        if (!(await tokens.ReadAsync(presented, issuer, cancellationToken)).Succeeded(out var token, out error))
        {
            return OAuthRefusal.OfToken(error);
        }

        if (!token.Claims.Audience.Contains(issuer, StringComparer.Ordinal) || clients.Find(token.Claims.ClientId) is not { } client
            || (only is not null && !LegacyAudience.Covers(token.Claims, only)))
        {
            return OAuthRefusal.OfToken(Identity.OpenId.Tokens.TokenReader.Invalid(RefusalReason.ForeignToken));
        }

        if (token.Account is not { } account || !token.Claims.Scope.Contains(StandardScopes.OpenId))
        {
            return OAuthRefusal.OfToken(OAuthError.InsufficientScope("The access token does not have the scope openid."));
        }

        http.Response.Headers.CacheControl = "no-store";
        var released = scopes.Claims(token.Claims.Scope);
        if (token.Asked is { } asked && ClaimsRequest.Parse(asked).Succeeded(out var named, out _))
        {
            released = released.Concat(named.Only(scopes.Claims(client.Scopes)).UserInfo.Keys);
        }

        return TypedResults.Text(Body(account, released).Span, "application/json; charset=utf-8");
    }

    // RFC 6750 §2: header, or form body of a POST; never both, and never the query.
    private static async Task<Result<string>> PresentedTokenAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var header = request.Headers.Authorization.ToString();
        var fromHeader = header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : "";
        if (!HttpMethods.IsPost(request.Method) || request.ContentType is null)
        {
            return fromHeader;
        }

        if (!(await request.ReadParametersAsync(cancellationToken)).Succeeded(out var parameters, out var error))
        {
            return error;
        }

        var reader = new ParameterReader(parameters);
        var fromBody = reader.Optional("access_token", Identity.OpenId.Tokens.TokenReader.MaxLength);
        return (reader.Error, fromBody, fromHeader.Length) switch
        {
            ({ } mistake, _, _) => mistake,
            (_, null, _) => fromHeader,
            (_, _, 0) => fromBody,
            _ => OAuthError.InvalidRequest("The access token was sent in more than one way."),
        };
    }

    private static ReadOnlyMemory<byte> Body(Account account, IEnumerable<string> claims)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("sub", account.Subject);
            UserClaims.Write(writer, account, claims);
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}
