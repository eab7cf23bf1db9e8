using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Identity.Compat;
using Identity.OpenId.Authorize;
using Identity.OpenId.Errors;
using Identity.OpenId.Parameters;
using Identity.OpenId.Scopes;
using Identity.OpenId.Tokens;
using Identity.Server.Accounts;
using Identity.Server.Clients;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Issuing;
using Identity.Server.Proofs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Identity.Server.UserInfo;

/// <summary>GET and POST /connect/userinfo, OpenID Connect Core §5.3.</summary>
internal static class UserInfoEndpoint
{
    public static async Task<Results<Utf8ContentHttpResult, OAuthRefusal>> HandleAsync(
        HttpContext http, AccessTokens tokens, ScopeDirectory scopes, ClientDirectory clients, DPoPProofs proofs, TokenIssuer mint, CompatOptions compat, CancellationToken cancellationToken)
    {
        var proof = proofs.Of(http, Endpoints.UserInfo);
        if (!(await PresentedTokenAsync(http.Request, cancellationToken)).Succeeded(out var presented, out var error))
        {
            return OAuthRefusal.OfToken(error);
        }

        var (bound, text) = presented;
        // What a client of an old API sends along with its own token counts only where nothing standard was sent, and only
        // for tokens of that API: it takes no other client's token out of the one place where RFC 6750 wants it.
        string? only = null;
        if (text.Length == 0)
        {
            if (LegacyTransport.ReadBeside(http.Request, compat) is not { } beside)
            {
                return OAuthRefusal.NoToken;
            }

            (only, text) = beside;
        }

        var issuer = Caller.Of(http).Issuer;
        if (!(await tokens.ReadAsync(text, issuer, cancellationToken)).Succeeded(out var token, out error))
        {
            return OAuthRefusal.OfToken(error, bound);
        }

        if (!token.Claims.Audience.Contains(issuer, StringComparer.Ordinal) || clients.Find(token.Claims.ClientId) is not { } client
            || (only is not null && !LegacyAudience.Covers(token.Claims, only)))
        {
            return OAuthRefusal.OfToken(TokenReader.Invalid(RefusalReason.ForeignToken), bound);
        }

        // RFC 9449 §7.2: a bound token is no Bearer token, or a thief would only have to leave the proof out; nor is it the other way round.
        if (bound != token.Claims.KeyThumbprint is not null)
        {
            return OAuthRefusal.OfToken(TokenReader.Invalid(RefusalReason.WrongKey), bound);
        }

        if (bound)
        {
            var (thumbprint, unproved) = await proofs.CheckAsync(proof, text, client.Metadata, cancellationToken);
            if (unproved is not null || !string.Equals(thumbprint, token.Claims.KeyThumbprint, StringComparison.Ordinal))
            {
                return OAuthRefusal.OfToken(unproved ?? TokenReader.Invalid(RefusalReason.WrongKey), bound);
            }
        }

        if (token.Account is not { } account || !token.Claims.Scope.Contains(StandardScopes.OpenId))
        {
            return OAuthRefusal.OfToken(OAuthError.InsufficientScope("The access token does not have the scope openid."), bound);
        }

        http.Response.Headers.CacheControl = "no-store";
        var body = Body(account, token, client, scopes);
        return client.Metadata.UserinfoSignedResponseAlg is { } algorithm
            ? TypedResults.Text(Encoding.ASCII.GetBytes(mint.UserInfo(Encoding.UTF8.GetString(body.Span), algorithm)), "application/jwt")
            : TypedResults.Text(body.Span, "application/json; charset=utf-8");
    }

    // RFC 6750 §2: header, or form body of a POST; never both, and never the query. RFC 9449 §7.1: or the header with another scheme.
    private static async Task<Result<(bool Bound, string Text)>> PresentedTokenAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var header = request.Headers.Authorization.ToString();
        var bound = header.StartsWith("DPoP ", StringComparison.OrdinalIgnoreCase);
        var fromHeader = bound ? header["DPoP ".Length..].Trim() : header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header["Bearer ".Length..].Trim() : "";
        if (!HttpMethods.IsPost(request.Method) || request.ContentType is null)
        {
            return (bound, fromHeader);
        }

        if (!(await request.ReadParametersAsync(cancellationToken)).Succeeded(out var parameters, out var error))
        {
            return error;
        }

        var reader = new ParameterReader(parameters);
        var fromBody = reader.Optional("access_token", TokenReader.MaxLength);
        return (reader.Error, fromBody, fromHeader.Length) switch
        {
            ({ } mistake, _, _) => mistake,
            (_, null, _) => (bound, fromHeader),
            (_, _, 0) => (false, fromBody),
            _ => OAuthError.InvalidRequest("The access token was sent in more than one way."),
        };
    }

    private static ReadOnlyMemory<byte> Body(Account account, GoodToken token, RegisteredClient client, ScopeDirectory scopes)
    {
        var released = scopes.Claims(token.Claims.Scope);
        // What was asked for by name was allowed to the client that asked, and to nobody who acts for the person later.
        if (token is { Asked: { } asked, Claims.Actor: null } && ClaimsRequest.Parse(asked).Succeeded(out var named, out _))
        {
            released = released.Concat(named.Only(scopes.Claims(client.Scopes)).UserInfo.Keys);
        }

        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            // §5.3.2: the sub of the id_token, and that is the token's own.
            writer.WriteString("sub", token.Claims.Subject);
            if (client.Metadata.UserinfoSignedResponseAlg is not null)
            {
                // §5.3.2: a signed answer says who gives it to whom.
                writer.WriteString("iss", token.Claims.Issuer);
                writer.WriteString("aud", token.Claims.ClientId);
            }

            UserClaims.Write(writer, account, released);
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}
