using Identity.Server.Accounts;
using Identity.Server.Hosting;
using Identity.Server.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Identity.Server.Pages;

/// <summary>A new account: an e-mail address, the code from it, a password. Whether the address has an account already only its owner learns.</summary>
public sealed class RegisterModel(IServiceProvider services) : CodePage
{
    private const int MaxNickname = 256;

    /// <summary>Whether people may make accounts for themselves.</summary>
    public bool Open => services.GetRequiredService<AccountsOptions>().Registration;

    public string? Nickname { get; private set; }

    private protected override string Place => Endpoints.RegisterPage;

    private protected override async Task<bool> AskAsync(string mailbox, CancellationToken cancellationToken) =>
        Open && await services.GetRequiredService<Registrations>().AskAsync(mailbox, Caller.Of(HttpContext), cancellationToken);

    public async Task<IActionResult> OnPostConfirmAsync(string? request, string? code, string? nickname, string? password, CancellationToken cancellationToken)
    {
        if (!await FindAsync(request, cancellationToken))
        {
            return await OverAsync(request, cancellationToken);
        }

        Remember();
        Nickname = nickname is { Length: <= MaxNickname } ? nickname : null;
        if (Awaited is null || !Open)
        {
            return Again();
        }

        var digits = Digits(code);
        if (string.IsNullOrEmpty(password))
        {
            Wrong("password", Words["Please enter a new password."]);
        }

        if (!ModelState.IsValid)
        {
            return Page();
        }

        var name = string.IsNullOrWhiteSpace(nickname) ? null : nickname;
        var (account, mistake) = await services.GetRequiredService<Registrations>().RegisterAsync(Awaited, digits, password!, name, Caller.Of(HttpContext), cancellationToken);
        if (account is null)
        {
            Say(mistake);
            return Page();
        }

        Forget();
        await services.GetRequiredService<BrowserSessions>().BeginAsync(HttpContext, account, ["pwd"], remember: false, CancellationToken.None);
        return GoOn();
    }

    private protected override Task<IActionResult> ShowAgainAsync(IDictionary<string, object?> sent, CancellationToken cancellationToken)
    {
        Nickname = Text(sent, "nickname") is { Length: <= MaxNickname } nickname ? nickname : null;
        return base.ShowAgainAsync(sent, cancellationToken);
    }
}
