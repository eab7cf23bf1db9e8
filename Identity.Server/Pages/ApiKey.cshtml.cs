using System.Globalization;
using Identity.Server.Accounts;
using Identity.Server.Compat;
using Identity.Server.Hosting;
using Identity.Server.Languages;
using Microsoft.AspNetCore.Mvc;

namespace Identity.Server.Pages;

/// <summary>The person's own NLECloud API key: shown once when it is made, then as dots. Only where that API serves.</summary>
public sealed class ApiKeyModel(IServiceProvider services) : ProvedPage
{
    private const string Address = "/account/api-key";

    /// <summary>In days.</summary>
    internal static IReadOnlyList<int> Lifetimes { get; } = [30, 90, 365];

    internal string? Made { get; private set; }

    internal (DateTimeOffset SetAt, DateTimeOffset ExpiresAt)? Current { get; private set; }

    internal bool IsOver => Current is { } current && current.ExpiresAt <= services.GetRequiredService<TimeProvider>().GetUtcNow();

    /// <summary>Which key the form means to take the place of: sent twice, it makes one.</summary>
    internal string Replaces => (Current?.SetAt.ToUnixTimeMilliseconds() ?? 0).ToString(CultureInfo.InvariantCulture);

    private OwnApiKey Own => services.GetRequiredService<OwnApiKey>();

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        Announcement.Show(this);
        if (!Own.Serves)
        {
            return NotFound();
        }

        Current = await Own.FindAsync(Account, cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string? days, string? replaces, CancellationToken cancellationToken)
    {
        if (!Own.Serves)
        {
            return NotFound();
        }

        if (int.TryParse(days, NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) && Lifetimes.Contains(wanted) && long.TryParse(replaces, NumberStyles.None, CultureInfo.InvariantCulture, out var before))
        {
            Made = await Own.MakeAsync(Account, TimeSpan.FromDays(wanted), before, Caller.Of(HttpContext), cancellationToken);
        }

        if (Made is null)
        {
            Announcement.Keep(this, Words["Nothing was made: your key is another one than when this form was opened. A key is shown only once; make another if you have not kept it."]);
            return Go(Address);
        }

        await TellAsync(new(Words.Key("An API key was made"), Words.Key("A new API key was made for your account. One that was there before has stopped working.")), cancellationToken);
        // Not by way of a redirect: the key is in no cookie and no address. A reload sends a form that means an older key, and makes none.
        return await OnGetAsync(cancellationToken);
    }

    public async Task<IActionResult> OnPostRemoveAsync(CancellationToken cancellationToken)
    {
        if (!Own.Serves)
        {
            return NotFound();
        }

        await Own.ClearAsync(Account, Caller.Of(HttpContext), cancellationToken);
        await TellAsync(new(Words.Key("Your API key was removed"), Words.Key("The API key of your account was removed and has stopped working.")), cancellationToken);
        Announcement.Keep(this, Words["The key was removed."]);
        return Go(Address);
    }

    private protected override Task<IActionResult> ShowAgainAsync(IDictionary<string, object?> sent, CancellationToken cancellationToken) => OnGetAsync(cancellationToken);

    private Task TellAsync(Notice notice, CancellationToken cancellationToken) => services.GetRequiredService<Notices>().TellAsync(Account, notice, Caller.Of(HttpContext), cancellationToken);
}
