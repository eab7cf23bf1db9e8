using Identity.Compat;
using Identity.Server.Accounts;
using Identity.Server.Hosting;

namespace Identity.Server.Compat;

/// <summary>Codes and new accounts for the legacy routes.</summary>
internal sealed class AccountDesk(EmailCodes codes, AccountRegistry registry, HashQueue hashes, Throttle throttle) : IAccountDesk
{
    private static readonly ThrottleRule UnknownAccounts = new("unknown accounts told", 20, TimeSpan.FromHours(1));

    public bool IsMailbox(string text) => EmailCodes.CanSendTo(text);

    public Task SendRegistrationCodeAsync(string mailbox, HttpContext http, CancellationToken cancellationToken) =>
        codes.SendAsync(EmailCodes.ForRegistration, mailbox, Caller.Of(http), cancellationToken);

    public async Task<RegistrationOutcome> RegisterAsync(Registration registration, HttpContext http, CancellationToken cancellationToken)
    {
        var wanted = new NewAccount
        {
            // The mailbox that the code went to, whatever letters it was asked for in.
            Email = SignInName.OfEmail(registration.Email)?.Normal ?? registration.Email,
            EmailVerified = true,
            Nickname = registration.Nickname,
            Password = registration.Password,
        };

        // What the visitor can mend comes first and does not cost the code; whether the mailbox is taken comes last and does.
        return registry.Check(wanted) switch
        {
            AccountMistake.BadEmail => RegistrationOutcome.WrongCode,
            AccountMistake.WeakPassword => RegistrationOutcome.WeakPassword,
            AccountMistake.None when hashes.IsFull => RegistrationOutcome.Busy,
            AccountMistake.None => await UseCodeAsync(registration, wanted, cancellationToken),
            _ => RegistrationOutcome.BadNickname,
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

    private async Task<RegistrationOutcome> UseCodeAsync(Registration registration, NewAccount wanted, CancellationToken cancellationToken)
    {
        if (!await codes.UseAsync(EmailCodes.ForRegistration, registration.Email, registration.Code, cancellationToken))
        {
            return RegistrationOutcome.WrongCode;
        }

        // The code is dead now; finishing does not depend on the client's patience.
        var (account, mistake) = await registry.CreateAsync(wanted, "registration", CancellationToken.None);
        return (account, mistake) switch
        {
            (not null, _) => RegistrationOutcome.Registered,
            (_, AccountMistake.NameTaken) => RegistrationOutcome.EmailTaken,
            _ => throw new InvalidOperationException($"An account that passed its checks was refused: {mistake}."),
        };
    }
}
