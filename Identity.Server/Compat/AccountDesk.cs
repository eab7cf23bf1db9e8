using Identity.Compat;
using Identity.Server.Accounts;
using Identity.Server.Hosting;

namespace Identity.Server.Compat;

/// <summary>Codes and new accounts for the legacy routes.</summary>
internal sealed class AccountDesk(EmailCodes codes, Registrations registrations, Throttle throttle) : IAccountDesk
{
    private static readonly ThrottleRule UnknownAccounts = new("unknown accounts told", 20, TimeSpan.FromHours(1));

    public bool IsMailbox(string text) => EmailCodes.CanSendTo(text);

    public Task SendRegistrationCodeAsync(string mailbox, HttpContext http, CancellationToken cancellationToken) =>
        codes.SendAsync(EmailCodes.ForRegistration, mailbox, Caller.Of(http), cancellationToken);

    public async Task<RegistrationOutcome> RegisterAsync(Registration registration, HttpContext http, CancellationToken cancellationToken)
    {
        var (_, mistake) = await registrations.RegisterAsync(registration.Email, registration.Code, registration.Password, registration.Nickname, Caller.Of(http), cancellationToken);
        return mistake switch
        {
            AccountMistake.None => RegistrationOutcome.Registered,
            AccountMistake.BadEmail or AccountMistake.WrongCode => RegistrationOutcome.WrongCode,
            AccountMistake.WeakPassword or AccountMistake.CommonPassword => RegistrationOutcome.WeakPassword,
            AccountMistake.Busy => RegistrationOutcome.Busy,
            AccountMistake.NameTaken => RegistrationOutcome.EmailTaken,
            AccountMistake.BadClaim => RegistrationOutcome.BadNickname,
            _ => throw new InvalidOperationException($"An account that passed its checks was refused: {mistake}."),
        };
    }

    public async Task<bool> MayTellUnknownAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var (receipt, _) = await throttle.ChargeAsync([new(UnknownAccounts, Caller.Of(http).Network)], cancellationToken);
        if (receipt is null)
        {
            return false;
        }

        await throttle.KeepAsync(receipt);
        return true;
    }
}
