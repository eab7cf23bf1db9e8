using Identity.OpenId.Errors;
using Identity.OpenId.Token;
using Microsoft.AspNetCore.Http;

namespace Identity.Compat.CloudMind;

/// <summary>POST /usercenter/v1/login/EmailLogin.</summary>
internal static class EmailLogin
{
    /// <summary>The claim in which the original's tokens had the account's number.</summary>

    public static async Task<LegacyAnswer> HandleAsync(HttpContext http, CloudMindOptions options, ITokenExchange exchange, IAccountDesk desk)
    {
        var reader = new FieldReader(await LegacyBody.ReadAsync(http.Request, LegacyApi.CloudMind, http.RequestAborted));
        var email = reader.Filled("email", maxLength: 256);
        var password = reader.Filled("passWord", alias: "password", maxLength: 1024);
        if (reader.Mistake is { } mistake)
        {
            return mistake;
        }

        var result = await exchange.ExchangeAsync(SignIn(email, password), http, http.RequestAborted);
        if (result.Succeeded(out var session, out var refusal))
        {
            return Envelope.Tokens(session, options.ExpiryFormat);
        }

        // The document tells an unknown account from a wrong password, so whoever asks often is told no longer.
        var hides = refusal.Reason == RefusalReason.UnknownAccount
            && (options.HideAccountExistence || !await desk.MayTellUnknownAsync(http, http.RequestAborted));
        return Errors.Table.Of(hides ? refusal with { Reason = RefusalReason.WrongPassword } : refusal);
    }

    /// <summary>The token request that an e-mail address and a password mean.</summary>
    public static LegacyExchange SignIn(string email, string password) =>
        new(LegacyApi.CloudMind.Name, new TokenRequest { GrantType = GrantTypes.Password, Username = email, Password = password })
        {
            NumberClaim = LegacyApi.CloudMind.NumberClaim,
        };
}
