using Identity.Server.Hosting;
using Identity.Server.Languages;
using Identity.Server.Passkeys;
using Identity.Server.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Identity.Server.Pages;

/// <summary>The passkeys of the account: adding one, naming it, taking it away.</summary>
public sealed class PasskeysModel(IServiceProvider services) : ProvedPage
{
    internal const string Address = "/account/passkeys";

    // WebAuthn §5.8.3: 1023 octets, in base64url.
    private const int MaxId = 1364;

    public IReadOnlyList<ShownPasskey> Passkeys { get; private set; } = [];

    /// <summary>Null where browsers have no passkeys, or the account can have no more.</summary>
    public PasskeyOffer? Offer { get; private set; }

    public bool IsFull => Passkeys.Count >= AccountPasskeys.Most;

    /// <summary>For the next one: what was typed, or what this browser calls itself.</summary>
    public string Name { get; private set; } = "";

    private AccountPasskeys Own => services.GetRequiredService<AccountPasskeys>();

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        Announcement.Show(this);
        return await ShowAsync(null, cancellationToken);
    }

    public async Task<IActionResult> OnPostAsync(string? name, string? challenge, string? credential, CancellationToken cancellationToken)
    {
        if (Named(name) is not { } good)
        {
            Wrong("name", Words["Please give it a name of at most {0} characters.", AccountPasskeys.MaxName]);
            return await ShowAsync(name, cancellationToken);
        }

        switch (await Own.AddAsync(HttpContext, Session, challenge, credential, good, cancellationToken))
        {
            case PasskeyMistake.None:
                Announcement.Keep(this, Words["The passkey was added. You can sign in with it from now on."]);
                return Go(Address);
            case PasskeyMistake.DeadChallenge:
                Wrong("", Words["This page was open for too long, or its form was sent before. Please try again."]);
                break;
            default:
                Wrong("", Words["The passkey was not accepted. Please try again; if your device kept it, remove it there."]);
                break;
        }

        return await ShowAsync(name, cancellationToken);
    }

    public async Task<IActionResult> OnPostRenameAsync(string? id, string? to, CancellationToken cancellationToken)
    {
        if (Named(to) is not { } good)
        {
            Wrong("", Words["Please give it a name of at most {0} characters.", AccountPasskeys.MaxName]);
            return await ShowAsync(null, cancellationToken);
        }

        if (id is { Length: > 0 and <= MaxId } && await Own.RenameAsync(Account.Id, id, good, cancellationToken))
        {
            Announcement.Keep(this, Words["The name was saved."]);
        }

        return Go(Address);
    }

    public async Task<IActionResult> OnPostRemoveAsync(string? id, CancellationToken cancellationToken)
    {
        var keep = new KeptSession(Session);
        switch (id is { Length: > 0 and <= MaxId } ? await Own.RemoveAsync(Account, id, keep, Caller.Of(HttpContext), cancellationToken) : PasskeyMistake.Refused)
        {
            case PasskeyMistake.None:
                keep.GiveTo(HttpContext);
                Announcement.Keep(this, Words["The passkey was removed, and everything else that was signed in has ended. Your device may still show it: remove it there, too."]);
                return Go(Address);
            case PasskeyMistake.LastOne:
                Wrong("", Words["This is the last way to sign in to your account. Please set a password or link another one first."]);
                return await ShowAsync(null, cancellationToken);
            default:
                // Gone already.
                return Go(Address);
        }
    }

    private protected override Task<IActionResult> ShowAgainAsync(IDictionary<string, object?> sent, CancellationToken cancellationToken) => ShowAsync(Text(sent, "name"), cancellationToken);

    private async Task<IActionResult> ShowAsync(string? typed, CancellationToken cancellationToken)
    {
        Name = typed is { Length: <= 4 * AccountPasskeys.MaxName } ? typed : SessionsModel.Device(Request.Headers.UserAgent);
        Passkeys = [.. (await Own.OfAsync(Account.Id, cancellationToken)).Select((row, place) => new ShownPasskey(row.CredentialId, place, row.Name, row.BackedUp, row.CreatedAt, row.UsedAt))];
        Offer = IsFull ? null : await Own.OfferAsync(HttpContext, Session, cancellationToken);
        return Page();
    }

    private static string? Named(string? name) => name?.Trim() is { Length: > 0 and <= AccountPasskeys.MaxName } trimmed && !trimmed.Any(char.IsControl) ? trimmed : null;
}

/// <param name="Id">Which.</param>
/// <param name="Place">Among its like.</param>
/// <param name="Name">The person's word for it.</param>
/// <param name="BackedUp">Whether it is on several devices.</param>
/// <param name="CreatedAt">Since when it is one.</param>
/// <param name="UsedAt">When somebody last signed in with it.</param>
public sealed record ShownPasskey(string Id, int Place, string Name, bool BackedUp, DateTimeOffset CreatedAt, DateTimeOffset? UsedAt);
