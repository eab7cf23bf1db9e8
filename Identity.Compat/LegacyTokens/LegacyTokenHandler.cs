using System.Buffers.Text;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Identity.OpenId.Errors;
using Identity.OpenId.Tokens;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Identity.Compat.LegacyTokens;

/// <summary>
/// For a resource API in another process that used to be part of an old API: takes the access token in that API's own way, believes that
/// API's own tokens and no others, and refuses in that API's own words.
/// </summary>
internal sealed partial class LegacyTokenHandler(IOptionsMonitor<LegacyTokenOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
    : AuthenticationHandler<LegacyTokenOptions>(options, loggers, encoder)
{
    // What a challenge will say; a handler lives for one request.
    private LegacyAnswer? refusal;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var api = Options.Api;
        if (LegacyTransport.Read(api.Name, Request, Options.QueryCounts) is not { } token)
        {
            return AuthenticateResult.NoResult();
        }

        try
        {
            var server = await Options.Keys.GetAsync(TokenReader.KeyId(token), Context.RequestAborted);
            if (!(await TokenReader.ReadAccessTokenAsync(token, Options.Authority, server.SigningKeys, TimeProvider.GetUtcNow())).Succeeded(out var claims, out var error))
            {
                return Refuse(error.Reason);
            }

            if (!LegacyAudience.Covers(claims, api.Name))
            {
                return Refuse(RefusalReason.ForeignToken);
            }

            if (Options.Introspection is { } asker && !await IsActiveAsync(token, server.IntrospectionEndpoint, asker))
            {
                return Refuse(RefusalReason.Revoked);
            }

            return AuthenticateResult.Success(Ticket(claims, token));
        }
        catch (Exception failure) when (failure is AuthorityUnavailableException or HttpRequestException or JsonException
            || (failure is OperationCanceledException && !Context.RequestAborted.IsCancellationRequested))
        {
            // Nobody is let in unasked, and nobody is told to sign in again because of it.
            Unavailable(Logger, failure, api.Name);
            refusal = api.Errors.Fault;
            return AuthenticateResult.Fail("The server could not be asked.");
        }
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        _ = await HandleAuthenticateOnceSafeAsync();
        await (refusal ?? Options.Api.Errors.NotSignedIn(expired: false)).ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Options.Api.Errors.NotAllowed.ExecuteAsync(Context);

    private AuthenticateResult Refuse(RefusalReason reason)
    {
        refusal = Options.Api.Errors.NotSignedIn(expired: reason == RefusalReason.Expired);
        return AuthenticateResult.Fail($"The access token is not good here: {reason}.");
    }

    private AuthenticationTicket Ticket(AccessTokenClaims token, string text)
    {
        var identity = new ClaimsIdentity(Scheme.Name, nameType: "sub", roleType: "role");
        identity.AddClaim(new("sub", token.Subject));
        identity.AddClaim(new("client_id", token.ClientId));
        identity.AddClaim(new("jti", token.Id.Text));
        identity.AddClaims(token.Scope.Select(scope => new Claim("scope", scope)));
        if (Number(text) is { } number)
        {
            identity.AddClaim(new(LegacyTokenClaims.Number, number.ToString(CultureInfo.InvariantCulture), ClaimValueTypes.Integer32));
        }

        return new AuthenticationTicket(new ClaimsPrincipal(identity), new AuthenticationProperties { IssuedUtc = token.IssuedAt, ExpiresUtc = token.ExpiresAt }, Scheme.Name);
    }

    // Of a token that was verified. The claim's name is the API's, which the protocol does not know.
    private int? Number(string token) =>
        JsonElement.Parse(Base64Url.DecodeFromChars(token.Split('.')[1])).TryGetProperty(Options.Api.NumberClaim, out var value) && value.TryGetInt32(out var number) ? number : null;

    // RFC 7662.
    private async Task<bool> IsActiveAsync(string token, string endpoint, LegacyTokenIntrospection asker)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new FormUrlEncodedContent([KeyValuePair.Create("token", token)]) };
        // RFC 6749 §2.3.1: both halves are form-encoded first.
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Uri.EscapeDataString(asker.ClientId)}:{Uri.EscapeDataString(asker.ClientSecret)}")));
        using var response = await Options.Backchannel.SendAsync(request, Context.RequestAborted);
        response.EnsureSuccessStatusCode();
        return JsonElement.Parse(await response.Content.ReadAsByteArrayAsync(Context.RequestAborted)).TryGetProperty("active", out var active) && active.ValueKind == JsonValueKind.True;
    }

    [LoggerMessage(1, LogLevel.Error, "A token of the {Api} API could not be judged: the server's keys or its introspection are out of reach.")]
    private static partial void Unavailable(ILogger logger, Exception failure, string api);
}
