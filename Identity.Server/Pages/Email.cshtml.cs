using Identity.Server.Accounts;
using Identity.Server.Hosting;
using Microsoft.AspNetCore.Mvc;

namespace Identity.Server.Pages;

/// <summary>The e-mail address: another one is proved by a code before it counts. The wish is a row, so that a reload or another browser goes on where this one was.</summary>
public sealed class EmailModel(IServiceProvider services) : ProvedPage
{
    private const string Address = "/account/email";

    public string? Email => Account.Email;

    public bool EmailVerified => Account.EmailConfirmed;

    public string? PhoneNumber => Account.PhoneNumber;

    public bool PhoneNumberVerified => Account.PhoneNumberConfirmed;

    /// <summary>The address that a code was sent to; null for none.</summary>
    public string? Awaited { get; private set; }

    public string? Typed { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        Announcement.Show(this);
        Awaited = await services.GetRequiredService<EmailChanges>().WaitingAsync(Account.Id, cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string? email, CancellationToken cancellationToken)
    {
        Typed = email is { Length: <= 512 } ? email.Trim() : null;
        if (Typed is { Length: > 0 } && await services.GetRequiredService<EmailChanges>().AskAsync(Account, Typed, Caller.Of(HttpContext), cancellationToken))
        {
            return Go(Address);
        }

        Wrong("email", Typed is { Length: > 0 } && SignInName.OfEmail(Typed) is { } name && Account.EmailConfirmed && string.Equals(SignInName.OfEmail(Account.Email ?? "")?.Normal, name.Normal, StringComparison.Ordinal)
            ? Words["This is your e-mail address already."]
            : Words["Please enter an e-mail address, such as name@example.com."]);
        return await OnGetAsync(cancellationToken);
    }

    public async Task<IActionResult> OnPostConfirmAsync(string? code, CancellationToken cancellationToken)
    {
        // As it is pasted from a mail.
        var digits = new string([.. (code ?? "").Where(char.IsDigit).Take(8)]).Normalize(System.Text.NormalizationForm.FormKC);
        if (await services.GetRequiredService<EmailChanges>().ConfirmAsync(Account, digits, Caller.Of(HttpContext), cancellationToken))
        {
            Announcement.Keep(this, Words["Your e-mail address was changed."]);
            return Go(Address);
        }

        Wrong("code", Words["The code is wrong or its time is over. After a few wrong ones only another code helps."]);
        return await OnGetAsync(cancellationToken);
    }

    public async Task<IActionResult> OnPostAgainAsync(CancellationToken cancellationToken)
    {
        await services.GetRequiredService<EmailChanges>().AskAgainAsync(Account, Caller.Of(HttpContext), cancellationToken);
        return Go(Address);
    }

    public async Task<IActionResult> OnPostGiveUpAsync(CancellationToken cancellationToken)
    {
        await services.GetRequiredService<EmailChanges>().GiveUpAsync(Account.Id, cancellationToken);
        return Go(Address);
    }

    private protected override Task<IActionResult> ShowAgainAsync(IDictionary<string, object?> sent, CancellationToken cancellationToken)
    {
        Typed = Text(sent, "email");
        return OnGetAsync(cancellationToken);
    }
}
