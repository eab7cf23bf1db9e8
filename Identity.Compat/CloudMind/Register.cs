using Microsoft.AspNetCore.Http;

namespace Identity.Compat.CloudMind;

/// <summary>POST /usercenter/v1/login/Register: an account for whoever read the code in the mailbox, signed in at once.</summary>
internal static class Register
{
    public static async Task<LegacyAnswer> HandleAsync(HttpContext http, CloudMindOptions options, ITokenExchange exchange, IAccountDesk desk)
    {
        var reader = new FieldReader(await LegacyBody.ReadAsync(http.Request, LegacyApi.CloudMind, http.RequestAborted));
        var registration = new Registration(
            Nickname: reader.Required("nickName"),
            Password: reader.Required("passWord", alias: "password", maxLength: 1024),
            Email: reader.Required("email"),
            Code: reader.Required("code"));
        if (reader.Mistake is { } mistake)
        {
            return mistake;
        }

        if (!desk.IsMailbox(registration.Email))
        {
            return SendEmail.NoMailbox;
        }

        var outcome = await desk.RegisterAsync(registration, http, http.RequestAborted);
        if (outcome != RegistrationOutcome.Registered)
        {
            return Errors.Of(outcome);
        }

        // An ordinary sign-in, so that a registration cannot get what a login would be refused. The account stays
        // either way and its code is dead, so a refusal must not read as if registering could be tried again.
        var result = await exchange.ExchangeAsync(EmailLogin.SignIn(registration.Email, registration.Password), http, http.RequestAborted);
        return result.Succeeded(out var session, out _) ? Envelope.Tokens(session, options.ExpiryFormat) : Errors.RegisteredOnly;
    }
}
