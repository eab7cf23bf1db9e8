using System.Globalization;
using Identity.Server.Accounts;
using Microsoft.AspNetCore.Mvc;

namespace Identity.Server.Pages;

/// <summary>
/// A page in two steps: an e-mail address, then the code that went there with what it is for. The address that was written to waits
/// in this browser, sealed, so that a reload, the way back and another tab are at the same step and nothing personal is in an address.
/// </summary>
public abstract class CodePage : WaitingPage
{
    private const int MaxMailbox = 254;

    // As long as a code and a second one.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>What was typed in the first step.</summary>
    public string? Email { get; private set; }

    /// <summary>Where the code went; null in the first step.</summary>
    public string? Awaited { get; private set; }

    /// <summary>Seconds until another code is sent.</summary>
    public int Wait { get; private set; }

    public string? Code { get; private set; }

    /// <summary>Where the page is, and under which name its address waits.</summary>
    private protected abstract string Place { get; }

    /// <summary>Sends the code, or whatever else the mailbox is to get; false when it is no address that mail can be sent to.</summary>
    private protected abstract Task<bool> AskAsync(string mailbox, CancellationToken cancellationToken);

    private TimeProvider Clock => HttpContext.RequestServices.GetRequiredService<TimeProvider>();

    public async Task<IActionResult> OnGetAsync(string? request, CancellationToken cancellationToken)
    {
        if (!await FindAsync(request, cancellationToken))
        {
            return await OverAsync(request, cancellationToken);
        }

        Announcement.Show(this);
        Email = Asked?.LoginHint;
        Remember();
        return Page();
    }

    /// <summary>The first step.</summary>
    public async Task<IActionResult> OnPostAsync(string? request, string? email, CancellationToken cancellationToken)
    {
        if (!await FindAsync(request, cancellationToken))
        {
            return await OverAsync(request, cancellationToken);
        }

        Email = email is { Length: <= MaxMailbox } ? email.Trim() : null;
        if (Email is { Length: > 0 } && await AskAsync(Email, cancellationToken))
        {
            Keep(Email);
            return Again();
        }

        Wrong("email", Words["Please enter an e-mail address, such as name@example.com."]);
        return Page();
    }

    public async Task<IActionResult> OnPostAgainAsync(string? request, CancellationToken cancellationToken)
    {
        if (!await FindAsync(request, cancellationToken))
        {
            return await OverAsync(request, cancellationToken);
        }

        Remember();
        // Sooner none would go out, and the wait would only begin anew.
        if (Awaited is { } mailbox && Wait == 0 && await AskAsync(mailbox, cancellationToken))
        {
            Keep(mailbox);
            Announcement.Keep(this, Words["Another code is on its way. The one before is no longer good."]);
        }

        return Again();
    }

    /// <summary>Back to the first step.</summary>
    public async Task<IActionResult> OnPostOtherAsync(string? request, CancellationToken cancellationToken)
    {
        if (!await FindAsync(request, cancellationToken))
        {
            return await OverAsync(request, cancellationToken);
        }

        Forget();
        return Again();
    }

    private protected IActionResult Again() => Go(Place + Onward);

    private protected void Forget() => TempData.Remove(Place);

    /// <summary>Six digits as they are pasted from a mail, with whatever stands around them. Says so beside the field where there are none.</summary>
    private protected string Digits(string? code)
    {
        Code = code is { Length: <= 32 } ? code : null;
        var digits = string.Concat((Code ?? "").Where(char.IsDigit).Select(digit => (int)char.GetNumericValue(digit)));
        if (digits.Length != 6)
        {
            Wrong("code", Words["Please enter the six digits from the mail."]);
        }

        return digits;
    }

    private protected void Remember()
    {
        if (TempData.Peek(Place) is string kept && kept.Split('\n') is [var mailbox, var at]
            && DateTimeOffset.FromUnixTimeSeconds(long.Parse(at, CultureInfo.InvariantCulture)) is var sentAt && Clock.GetUtcNow() - sentAt < Patience)
        {
            Awaited = mailbox;
            Wait = Math.Max(0, (int)Math.Ceiling((sentAt + Interval - Clock.GetUtcNow()).TotalSeconds));
        }
    }

    private void Keep(string mailbox) => TempData[Place] = string.Create(CultureInfo.InvariantCulture, $"{mailbox}\n{Clock.GetUtcNow().ToUnixTimeSeconds()}");

    private protected override async Task<IActionResult> ShowAgainAsync(IDictionary<string, object?> sent, CancellationToken cancellationToken)
    {
        if (!await FindAsync(Text(sent, "request"), cancellationToken))
        {
            return await OverAsync(Text(sent, "request"), cancellationToken);
        }

        Email = Text(sent, "email") is { Length: <= MaxMailbox } email ? email : null;
        Code = Text(sent, "code") is { Length: <= 32 } code ? code : null;
        Remember();
        return Page();
    }

    /// <summary>The sentence for what came of the second step, beside its field.</summary>
    private protected void Say(AccountMistake mistake)
    {
        switch (mistake)
        {
            case AccountMistake.WrongCode:
                Wrong("code", Words["The code is wrong or its time is over. After a few wrong ones only another code helps."]);
                break;
            case AccountMistake.NameTaken:
                Wrong("", Words["There is an account with this address already. Please sign in with it."]);
                break;
            case AccountMistake.BadClaim:
                Wrong("nickname", Words["Please enter a name of at most 64 signs, or none."]);
                break;
            case AccountMistake.Busy:
                Wrong("", PasswordWords.Of(mistake, MinLength));
                break;
            default:
                Wrong("password", PasswordWords.Of(mistake, MinLength));
                break;
        }
    }

    public int MinLength => HttpContext.RequestServices.GetRequiredService<AccountsOptions>().PasswordMinLength;
}
