using Microsoft.AspNetCore.Http;

namespace Identity.Compat.CloudMind;

/// <summary>POST /usercenter/v1/tools/SendEmail, and the same under /login. The answer is the same for every mailbox, known or not.</summary>
internal static class SendEmail
{
    private static readonly LegacyAnswer Accepted = Envelope.Empty(200);

    public static LegacyAnswer NoMailbox { get; } = Errors.BadRequest("邮箱格式不正确");

    public static async Task<LegacyAnswer> HandleAsync(HttpContext http, IAccountDesk desk)
    {
        var reader = new FieldReader(await LegacyBody.ReadAsync(http.Request, LegacyApi.CloudMind, http.RequestAborted));
        var email = reader.Required("email");
        if (reader.Mistake is { } mistake)
        {
            return mistake;
        }

        if (!desk.IsMailbox(email))
        {
            return NoMailbox;
        }

        await desk.SendRegistrationCodeAsync(email, http, http.RequestAborted);
        return Accepted;
    }
}
