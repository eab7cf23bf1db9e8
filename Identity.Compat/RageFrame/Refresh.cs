using Identity.OpenId.Token;
using Microsoft.AspNetCore.Http;

namespace Identity.Compat.RageFrame;

/// <summary>POST /v1/site/refresh.</summary>
internal static class Refresh
{
    private const int MaxTokenLength = 512;

    public static async Task<LegacyAnswer> HandleAsync(HttpContext http, SessionGroups groups, ITokenExchange exchange)
    {
        var body = await LegacyBody.ReadAsync(http.Request, LegacyApi.RageFrame, http.RequestAborted);

        // As in the login: a content type that cannot be read is a body without fields.
        if (body.Mistake is not (BodyMistake.None or BodyMistake.UnknownType))
        {
            return Errors.Table.Of(body.Mistake);
        }

        var (token, group) = (body["refresh_token"].TextOrNumber, body["group"].TextOrNumber);
        if (string.IsNullOrWhiteSpace(token))
        {
            return Errors.NoRefreshToken;
        }

        if (token.Length > MaxTokenLength || group is null || groups.KeyOf(group) is not { } key)
        {
            return Errors.DeadToken;
        }

        var request = new TokenRequest { GrantType = GrantTypes.RefreshToken, RefreshToken = token, SessionKey = key };
        var result = await exchange.ExchangeAsync(new(LegacyApi.RageFrame.Name, request) { NumberClaim = LegacyApi.RageFrame.NumberClaim }, http, http.RequestAborted);
        return result.Succeeded(out var session, out var refusal) ? Envelope.Success(session) : Errors.OfRefresh(refusal);
    }
}
