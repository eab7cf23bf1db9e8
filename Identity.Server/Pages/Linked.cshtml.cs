using Identity.Server.Accounts;
using Identity.Server.External;
using Identity.Server.Hosting;
using Identity.Server.Languages;
using Identity.Server.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Identity.Server.Pages;

/// <summary>What the account is linked to: adding and removing QQ and WeChat. Each is a way in, so the person must have proved themselves lately.</summary>
public sealed class LinkedModel(IServiceProvider services) : ProvedPage
{
    internal const string Address = "/account/linked";

    public IReadOnlyList<(string Key, string Label, string Apps, DateTimeOffset Since)> Links { get; private set; } = [];

    /// <summary>Schemes that a link can be added by, and what people call them.</summary>
    public IReadOnlyList<(string Scheme, string Label)> Doors { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(string? problem, CancellationToken cancellationToken)
    {
        Announcement.Show(this);
        if (ExternalProblem.SentenceOf(problem) is { } sentence)
        {
            Wrong("", Words[sentence]);
        }

        var doors = services.GetRequiredService<ExternalDoors>().For(Request).ToList();
        Links =
        [
            .. (await services.GetRequiredService<ExternalLinks>().OfAsync(Account.Id, cancellationToken))
                .Select(link => (link.Key, string.Equals(link.Provider, ExternalApp.QQ, StringComparison.Ordinal) ? "QQ" : "WeChat", string.Join(", ", link.Apps), link.LinkedAt)),
        ];
        Doors = [.. doors.Select(door => (door.Scheme, door.Label))];
        doors.ForEach(door => PageHeaders.LetFormsEndAt(HttpContext, door.Address));
        return Page();
    }

    private protected override Task<IActionResult> ShowAgainAsync(IDictionary<string, object?> sent, CancellationToken cancellationToken) => OnGetAsync(null, cancellationToken);

    public IActionResult OnPost(string? scheme) =>
        services.GetRequiredService<ExternalDoors>().OfScheme(scheme) is { } door
            ? Challenge(ExternalReturn.Begin("", services.GetRequiredService<TimeProvider>(), linking: Account.Subject), door.Scheme)
            : Go(Address);

    public async Task<IActionResult> OnPostRemoveAsync(string? key, CancellationToken cancellationToken)
    {
        var keep = new KeptSession(Session);
        // The line ends of a form are CRLF.
        if (key is not { Length: <= 512 } || !await services.GetRequiredService<ExternalLinks>().RemoveAsync(Account, key.ReplaceLineEndings("\n"), keep, cancellationToken))
        {
            // Elsewhere, because the other forms of the page post to its own address.
            return Go($"{Address}?problem={ExternalProblem.LastOne}");
        }

        keep.GiveTo(HttpContext);
        await services.GetRequiredService<Notices>().TellAsync(
            Account,
            new Notice(Words.Key("A linked account was removed"), Words.Key("{0} was removed from the ways to sign in to your account. Everything that was signed in elsewhere has ended."), key.StartsWith(ExternalApp.QQ, StringComparison.Ordinal) ? "QQ" : "WeChat"),
            Caller.Of(HttpContext),
            cancellationToken);
        Announcement.Keep(this, Words["It was removed, and everything else that was signed in has ended."]);
        return Go(Address);
    }
}
