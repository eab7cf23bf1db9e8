using Identity.Server.External;
using Identity.Server.Hosting;
using Identity.Server.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Identity.Server.Pages;

/// <summary>What the account is linked to: adding and removing QQ and WeChat.</summary>
public sealed class LinkedModel(IServiceProvider services) : FormPage
{
    internal const string Address = "/account/linked";

    public IReadOnlyList<(string Key, string Label, string Apps, DateTimeOffset Since)> Links { get; private set; } = [];

    /// <summary>Schemes that a link can be added by, and what people call them.</summary>
    public IReadOnlyList<(string Scheme, string Label)> Doors { get; private set; } = [];

    public string? Problem { get; private set; }

    public async Task<IActionResult> OnGetAsync(string? problem, CancellationToken cancellationToken)
    {
        Problem = ExternalProblem.SentenceOf(problem) is { } sentence ? Words[sentence] : null;
        if (await CurrentAsync(cancellationToken) is not { } session)
        {
            return Go("/sign-in");
        }

        var doors = services.GetRequiredService<ExternalDoors>().For(Request).ToList();
        Links =
        [
            .. (await services.GetRequiredService<ExternalLinks>().OfAsync(session.AccountId, cancellationToken))
                .Select(link => (link.Key, string.Equals(link.Provider, ExternalApp.QQ, StringComparison.Ordinal) ? "QQ" : "WeChat", string.Join(", ", link.Apps), link.LinkedAt)),
        ];
        Doors = [.. doors.Select(door => (door.Scheme, door.Label))];
        doors.ForEach(door => PageHeaders.LetFormsEndAt(HttpContext, door.Address));
        return Page();
    }

    private protected override Task<IActionResult> ShowAgainAsync(IDictionary<string, object?> sent, CancellationToken cancellationToken) => OnGetAsync(null, cancellationToken);

    public async Task<IActionResult> OnPostAsync(string? scheme, CancellationToken cancellationToken)
    {
        if (await CurrentAsync(cancellationToken) is not { Account: { } account })
        {
            return Go("/sign-in");
        }

        return services.GetRequiredService<ExternalDoors>().OfScheme(scheme) is { } door
            ? Challenge(ExternalReturn.Begin("", services.GetRequiredService<TimeProvider>(), linking: account.Subject), door.Scheme)
            : Go(Address);
    }

    public async Task<IActionResult> OnPostRemoveAsync(string? key, CancellationToken cancellationToken)
    {
        if (await CurrentAsync(cancellationToken) is not { Account: { } account } session)
        {
            return Go("/sign-in");
        }

        var kept = new KeptSession(session);
        // The line ends of a form are CRLF.
        var removed = key is { Length: <= 512 } && await services.GetRequiredService<ExternalLinks>().RemoveAsync(account, key.ReplaceLineEndings("\n"), kept, cancellationToken);
        if (removed)
        {
            kept.GiveTo(HttpContext);
        }

        // Elsewhere, because the other forms of the page post to its own address.
        return Go(removed ? Address : $"{Address}?problem={ExternalProblem.LastOne}");
    }

    private Task<Data.SessionRow?> CurrentAsync(CancellationToken cancellationToken) => services.GetRequiredService<BrowserSessions>().CurrentAsync(HttpContext, cancellationToken);
}
