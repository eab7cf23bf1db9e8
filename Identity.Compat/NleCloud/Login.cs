using Identity.OpenId.Token;
using Microsoft.AspNetCore.Http;

namespace Identity.Compat.NleCloud;

/// <summary>POST /Users/Login.</summary>
internal static class Login
{
    private const int MaxAccountLength = 256;

    // The document's own limit.
    private const int MaxPasswordLength = 32;

    public static async Task<LegacyAnswer> HandleAsync(HttpContext http, NleCloudOptions options, ITokenExchange exchange)
    {
        var body = await LegacyBody.ReadAsync(http.Request, LegacyApi.NleCloud, http.RequestAborted);
        if (body.Mistake != BodyMistake.None)
        {
            return Errors.Table.Of(body.Mistake);
        }

        var (account, password) = (body["Account"].TextOrNumber, body["Password"].TextOrNumber);
        if (string.IsNullOrWhiteSpace(account))
        {
            return Errors.Missing("Account");
        }

        if (string.IsNullOrEmpty(password))
        {
            return Errors.Missing("Password");
        }

        if (account.Length > MaxAccountLength)
        {
            return Errors.TooLong("Account", MaxAccountLength);
        }

        if (password.Length > MaxPasswordLength)
        {
            return Errors.TooLong("Password", MaxPasswordLength);
        }

        var request = new TokenRequest { GrantType = GrantTypes.Password, Username = account, Password = password };
        var result = await exchange.ExchangeAsync(
            new(LegacyApi.NleCloud.Name, request)
            {
                AccessTokenLifetime = IsTrue(body["IsRememberMe"]) ? options.RememberMeLifetime : null,
                NumberClaim = LegacyApi.NleCloud.NumberClaim,
            },
            http,
            http.RequestAborted);
        return result.Succeeded(out var session, out var refusal)
            ? Envelope.Success(Profile.Of(session.Member, session.Tokens.AccessToken))
            : Errors.Table.Of(refusal);
    }

    /// <summary>JSON's own, and the texts that forms and some JSON clients send, Python's capital letter included. Anything else is no wish to be remembered.</summary>
    internal static bool IsTrue(LegacyField field) =>
        field.Kind == FieldKind.True || (field.Kind == FieldKind.Text && string.Equals(field.Value, "true", StringComparison.OrdinalIgnoreCase));
}
