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

    private TwoStepVerification TwoStep => services.GetRequiredService<TwoStepVerification>();

    private Notices Notices => services.GetRequiredService<Notices>();

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        Announcement.Show(this);
        Left = await services.GetRequiredService<RecoveryCodes>().LeftAsync(Account.Id, cancellationToken);
        return Page();
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
        var notice = Notices.Seal(Account, new Notice(Words.Key("Two-step verification was turned off"), Words.Key("Your account can be signed in to without a second step now. Everything that was signed in elsewhere has ended.")), Caller.Of(HttpContext));
        var keep = new KeptSession(Session);
        if (await TwoStep.TurnOffAsync(Account, "the person", keep, notice, cancellationToken))
        {
            keep.GiveTo(HttpContext);
            await Notices.PostAsync(notice);
            Announcement.Keep(this, Words["Two-step verification is off. Everything else that was signed in has ended."]);
        }

        return Go(Address);
    }

    private protected override Task<IActionResult> ShowAgainAsync(IDictionary<string, object?> sent, CancellationToken cancellationToken) => OnGetAsync(cancellationToken);
}
