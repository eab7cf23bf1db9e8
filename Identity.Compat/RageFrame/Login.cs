using Identity.OpenId.Token;
using Microsoft.AspNetCore.Http;

namespace Identity.Compat.RageFrame;

/// <summary>POST /v1/site/login.</summary>
internal static class Login
{
    private const int MaxUsernameLength = 256;
    private const int MaxPasswordLength = 1024;

    public static async Task<LegacyAnswer> HandleAsync(HttpContext http, SessionGroups groups, ITokenExchange exchange)
    {
        var body = await LegacyBody.ReadAsync(http.Request, LegacyApi.RageFrame, http.RequestAborted);

        // To the original a content type that it could not read was a body without fields.
        if (body.Mistake is not (BodyMistake.None or BodyMistake.UnknownType))
        {
            return Errors.Table.Of(body.Mistake);
        }

        var (username, password, group) = (body["username"].TextOrNumber, body["password"].TextOrNumber, body["group"].TextOrNumber);
        if (string.IsNullOrWhiteSpace(username))
        {
            return Errors.NoUsername;
        }

        if (string.IsNullOrWhiteSpace(password))
        {
            return Errors.NoPassword;
        }

        if (string.IsNullOrWhiteSpace(group))
        {
            return Errors.NoGroup;
        }

        if (username.Length > MaxUsernameLength || password.Length > MaxPasswordLength)
        {
            return Errors.WrongPassword;
        }

        // A wrong password is told before a wrong group, so the group is judged behind the password.
        var key = groups.KeyOf(group);
        var request = new TokenRequest { GrantType = GrantTypes.Password, Username = username, Password = password, SessionKey = key };
        var result = await exchange.ExchangeAsync(
            new(LegacyApi.RageFrame.Name, request) { RefuseOnceProved = key is null ? SessionGroups.Unknown : null, NumberClaim = LegacyApi.RageFrame.NumberClaim },
            http,
            http.RequestAborted);
        return result.Succeeded(out var session, out var refusal) ? Envelope.Success(session) : Errors.Table.Of(refusal);
    }
}
