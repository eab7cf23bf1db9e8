using Identity.Server.Accounts;
using Identity.Server.Hosting;
using Identity.Server.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Identity.Server.Pages;

/// <summary>The end of an account, by its person: proved lately, told what goes, and typed out.</summary>
public sealed class DeleteModel(IServiceProvider services) : ProvedPage
{
    // For an account that has no name to sign in with.
    private const string Word = "delete";

    /// <summary>What is to be typed.</summary>
    public string Wanted { get; private set; } = Word;

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        Wanted = await services.GetRequiredService<AccountRegistry>().NameOfAsync(Account.Id, cancellationToken) ?? Word;
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string? confirmation, CancellationToken cancellationToken)
    {
        await OnGetAsync(cancellationToken);
        if (confirmation is not { Length: > 0 and <= 256 } || !string.Equals(SignInName.Key(confirmation), Wanted, StringComparison.Ordinal))
        {
            Wrong("confirmation", Words["Please type {0}.", Wanted]);
            return Page();
        }

        await services.GetRequiredService<AccountRemoval>().RemoveAsync(Account, Account.Subject, Caller.Of(HttpContext), cancellationToken);
        SessionCookies.ClearSession(HttpContext);
        return Go("/account/deleted");
    }

    private protected override Task<IActionResult> ShowAgainAsync(IDictionary<string, object?> sent, CancellationToken cancellationToken) => OnGetAsync(cancellationToken);
}
