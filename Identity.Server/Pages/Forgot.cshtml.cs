using Identity.Server.Accounts;
using Identity.Server.Hosting;
using Microsoft.AspNetCore.Mvc;

namespace Identity.Server.Pages;

/// <summary>A new password by a code that goes to the account's address. Whether an address has an account only its owner learns.</summary>
public sealed class ForgotModel(IServiceProvider services) : CodePage
{
    private protected override string Place => "/forgot";

    private protected override Task<bool> AskAsync(string mailbox, CancellationToken cancellationToken) =>
        services.GetRequiredService<PasswordResets>().AskAsync(mailbox, Caller.Of(HttpContext), cancellationToken);

    public async Task<IActionResult> OnPostConfirmAsync(string? request, string? code, string? password, CancellationToken cancellationToken)
    {
        if (!await FindAsync(request, cancellationToken))
        {
            return await OverAsync(request, cancellationToken);
        }

        Remember();
        if (Awaited is null)
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

        var mistake = await services.GetRequiredService<PasswordResets>().ResetAsync(Awaited, digits, password!, Caller.Of(HttpContext), cancellationToken);
        if (mistake is not AccountMistake.None)
        {
            Say(mistake);
            return Page();
        }

        Forget();
        Announcement.Keep(this, Words["Your password was changed. Please sign in with it now."]);
        return Go($"/sign-in{Onward}");
    }
}
