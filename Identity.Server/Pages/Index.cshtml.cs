using Identity.Server.Pictures;
using Microsoft.AspNetCore.Mvc;

namespace Identity.Server.Pages;

/// <summary>Who is signed in, and the way to everything that belongs to the account.</summary>
public sealed class IndexModel(IServiceProvider services) : AccountPage
{
    public string Shown { get; private set; } = "";

    /// <summary>Where the picture is; null for none.</summary>
    public string? Picture { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        Shown = PersonName.Of(Account);
        Picture = await AccountPicture.AddressAsync(services.GetRequiredService<AccountPictures>(), Account, Request, cancellationToken);
        return Page();
    }

    private protected override Task<IActionResult> ShowAgainAsync(IDictionary<string, object?> sent, CancellationToken cancellationToken) => OnGetAsync(cancellationToken);
}
