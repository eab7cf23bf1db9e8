using Identity.Server.Accounts;
using Identity.Server.Accounts.SecondFactors;
using Identity.Server.Hosting;
using Identity.Server.Languages;
using Identity.Server.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Identity.Server.Pages;

/// <summary>Two-step verification of an account: whether it is on, its recovery codes, and the way to turn it off.</summary>
public sealed class SecurityModel(IServiceProvider services) : ProvedPage
{
    internal const string Address = "/account/security";

    public bool IsOn => Account.TwoFactorEnabled;

    /// <summary>Recovery codes that were not used.</summary>
    public int Left { get; private set; }

    /// <summary>New ones, in clear, shown now and never again.</summary>
    public IReadOnlyList<string> Codes { get; private set; } = [];

    /// <summary>How many devices need no second step.</summary>
    public int Devices { get; private set; }

    public IReadOnlyList<AppPasswordLine> AppPasswords { get; private set; } = [];

    /// <summary>An app password in clear, shown now and never again.</summary>
    public string? Made { get; private set; }

    /// <summary>The name of an app password, as it was typed.</summary>
    public string? Typed { get; private set; }

    private AppPasswords Passwords => services.GetRequiredService<AppPasswords>();

    private TwoStepVerification TwoStep => services.GetRequiredService<TwoStepVerification>();

    private Notices Notices => services.GetRequiredService<Notices>();

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        Announcement.Show(this);
        Left = await services.GetRequiredService<RecoveryCodes>().LeftAsync(Account.Id, cancellationToken);
        Devices = await services.GetRequiredService<RememberedDevices>().CountAsync(Account.Id, cancellationToken);
        AppPasswords = [.. (await Passwords.OfAsync(Account.Id, cancellationToken)).Select(row => new AppPasswordLine(row.Id, row.Name, row.CreatedAt, row.LastUsedAt))];
        return Page();
    }

    /// <summary>Not by way of a redirect either. A form that was made before the last one, such as a reload's, makes none.</summary>
    public async Task<IActionResult> OnPostAppPasswordAsync(string? name, int? after, CancellationToken cancellationToken)
    {
        if (!IsOn || after != (await Passwords.OfAsync(Account.Id, cancellationToken)).Count)
        {
            return Go(Address);
        }

        Typed = name is { Length: <= 256 } ? name.Trim() : null;
        Made = Typed is null ? null : await Passwords.AddAsync(Account, Typed, cancellationToken);
        if (Made is null)
        {
            Wrong("name", after >= Accounts.SecondFactors.AppPasswords.Most ? Words["You have as many as an account can have. Please remove one first."] : Words["Please give it a name of at most {0} characters.", Accounts.SecondFactors.AppPasswords.MaxNameLength]);
            return await OnGetAsync(cancellationToken);
        }

        Typed = null;
        await Notices.TellAsync(Account, new Notice(Words.Key("An app password was made"), Words.Key("A new app password was made for your account: a program can sign in with it without a second step.")), Caller.Of(HttpContext), cancellationToken);
        return await OnGetAsync(cancellationToken);
    }

    public async Task<IActionResult> OnPostRemoveAppPasswordAsync(string? id, CancellationToken cancellationToken)
    {
        if (id is { Length: > 0 and <= 64 } && await Passwords.RemoveAsync(Account, id, cancellationToken))
        {
            Announcement.Keep(this, Words["The app password was taken back; what was signed in with one has ended."]);
        }

        return Go(Address);
    }

    public async Task<IActionResult> OnPostForgetDevicesAsync(CancellationToken cancellationToken)
    {
        await services.GetRequiredService<RememberedDevices>().ForgetAllAsync(Account, cancellationToken);
        Announcement.Keep(this, Words["No device is remembered any more: the second step is asked for everywhere."]);
        return Go(Address);
    }

    /// <summary>Not by way of a redirect: the codes are in no cookie and no address.</summary>
    public async Task<IActionResult> OnPostCodesAsync(CancellationToken cancellationToken)
    {
        var notice = Notices.Seal(Account, new Notice(Words.Key("New recovery codes were made"), Words.Key("New recovery codes were made for your account. Those from before have stopped working.")), Caller.Of(HttpContext));
        if (await TwoStep.ReplaceCodesAsync(Account, notice, cancellationToken) is not { } codes)
        {
            return Go(Address);
        }

        await Notices.PostAsync(notice);
        Codes = codes;
        return await OnGetAsync(cancellationToken);
    }

    public async Task<IActionResult> OnPostOffAsync(CancellationToken cancellationToken)
    {
        var notice = Notices.Seal(Account, TwoStepVerification.OffNotice, Caller.Of(HttpContext));
        var keep = new KeptSession(Session);
        if (await TwoStep.TurnOffAsync(Account, "the person", keep, notice, cancellationToken))
        {
            keep.GiveTo(HttpContext);
            await Notices.PostAsync(notice);
            Announcement.Keep(this, Words["Two-step verification is off. Everything else that was signed in has ended."]);
        }

        return Go(Address);
    }

    private protected override Task<IActionResult> ShowAgainAsync(IDictionary<string, object?> sent, CancellationToken cancellationToken)
    {
        Typed = Text(sent, "name");
        return OnGetAsync(cancellationToken);
    }
}

/// <param name="Id">Which.</param>
/// <param name="Name">What its person calls it.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UsedAt">When it was last used, to five minutes; null for never.</param>
public sealed record AppPasswordLine(string Id, string Name, DateTimeOffset CreatedAt, DateTimeOffset? UsedAt);
