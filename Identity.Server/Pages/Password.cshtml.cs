using Identity.Server.Accounts;
using Identity.Server.Hosting;
using Identity.Server.Languages;
using Identity.Server.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Identity.Server.Pages;

/// <summary>A new password, or a first one for somebody who came by QQ or WeChat. Everything else that is signed in ends.</summary>
public sealed class PasswordModel(IServiceProvider services) : ProvedPage
{
    public bool HasPassword => Account.PasswordHash is not null;

    /// <summary>For password managers; null for an account that has nothing to sign in with beside a password.</summary>
    public string? SignInName { get; private set; }

    public int MinLength => services.GetRequiredService<AccountsOptions>().PasswordMinLength;

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        SignInName = await services.GetRequiredService<AccountRegistry>().NameOfAsync(Account.Id, cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string? password, CancellationToken cancellationToken)
    {
        await OnGetAsync(cancellationToken);
        if (SignInName is null || string.IsNullOrEmpty(password))
        {
            Wrong("password", Words["Please enter a new password."]);
            return Page();
        }

        var notices = services.GetRequiredService<Notices>();
        var notice = notices.Seal(Account, new Notice(Words.Key("Your password was changed"), Words.Key("The password of your account was changed. Everything that was signed in elsewhere has ended.")), Caller.Of(HttpContext));
        var keep = new KeptSession(Session);
        var mistake = await services.GetRequiredService<Credentials>().SetPasswordAsync(Account, password, cancellationToken, keep, notice);
        if (mistake is not AccountMistake.None)
        {
            Wrong("password", PasswordWords.Of(mistake, MinLength));
            return Page();
        }

        keep.GiveTo(HttpContext);
        await notices.PostAsync(notice);
        Announcement.Keep(this, Words["Your password was changed. Everything else that was signed in has ended."]);
        return Go("/");
    }

    private protected override Task<IActionResult> ShowAgainAsync(IDictionary<string, object?> sent, CancellationToken cancellationToken) => OnGetAsync(cancellationToken);
}
