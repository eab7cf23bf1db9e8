using Identity.Server.Accounts;
using Identity.Server.Accounts.SecondFactors;
using Identity.Server.Hosting;
using Identity.Server.Languages;
using Identity.Server.Sessions;
using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Mvc;

namespace Identity.Server.Pages;

/// <summary>Setting up the authenticator app: a QR code, the same as text, and a code that shows that the app has it.</summary>
public sealed class AuthenticatorAppModel(IServiceProvider services) : ProvedPage
{
    private const int MaxCodeLength = 64;

    /// <summary>The secret as people type it into an app without a camera.</summary>
    public string Secret { get; private set; } = "";

    /// <summary>The same for an app on this device.</summary>
    public string AppAddress { get; private set; } = "";

    public IHtmlContent? Picture { get; private set; }

    /// <summary>Once it is on: the recovery codes, shown now and never again.</summary>
    public IReadOnlyList<string> Codes { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        if (Account.TwoFactorEnabled || await services.GetRequiredService<AuthenticatorApps>().EnrolAsync(Account.Id, cancellationToken) is not { } secret)
        {
            return Go(SecurityModel.Address);
        }

        return await ShowAsync(secret, cancellationToken);
    }

    public async Task<IActionResult> OnPostAsync(string? code, CancellationToken cancellationToken)
    {
        var notices = services.GetRequiredService<Notices>();
        var notice = notices.Seal(Account, new Notice(Words.Key("Two-step verification was turned on"), Words.Key("From now on a code from an authenticator app is asked for after your password.")), Caller.Of(HttpContext));
        if (string.IsNullOrWhiteSpace(code) || code.Length > MaxCodeLength)
        {
            Wrong("code", Words["Please enter the code."]);
        }
        else if (await services.GetRequiredService<TwoStepVerification>().TurnOnAsync(Account, code, notice, cancellationToken) is { } codes)
        {
            // The code has just shown what this session had not: it need not be asked for again here.
            await services.GetRequiredService<BrowserSessions>().ProveAsync(HttpContext, Session, SecondSteps.Gained, fromTheStart: false, cancellationToken);
            await notices.PostAsync(notice);
            Codes = codes;
            return Page();
        }
        else
        {
            Wrong("code", Words["The code is wrong. Check that the clock of your phone is right, and enter the code that the app shows now."]);
        }

        return await OnGetAsync(cancellationToken);
    }

    private async Task<IActionResult> ShowAsync(byte[] secret, CancellationToken cancellationToken)
    {
        var name = await services.GetRequiredService<AccountRegistry>().NameOfAsync(Account.Id, cancellationToken) ?? PersonName.Of(Account);
        AppAddress = Totp.Address(services.GetRequiredService<BrandOptions>().Name, name, secret);
        Picture = QrPicture.Of(AppAddress, Words["QR code for the authenticator app"]);
        Secret = string.Join(' ', Totp.Base32(secret).Chunk(4).Select(part => new string(part)));
        return Page();
    }

    // A form that is not ours makes no secret either.
    private protected override async Task<IActionResult> ShowAgainAsync(IDictionary<string, object?> sent, CancellationToken cancellationToken) =>
        await services.GetRequiredService<AuthenticatorApps>().WaitingAsync(Account.Id, cancellationToken) is { } secret ? await ShowAsync(secret, cancellationToken) : BadRequest();
}
