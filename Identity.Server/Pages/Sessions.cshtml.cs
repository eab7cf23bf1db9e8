using Identity.Server.Accounts;
using Identity.Server.Hosting;
using Identity.Server.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Identity.Server.Pages;

/// <summary>Where somebody is signed in, and the end of it. Ending needs no proof: whoever does it here loses nothing that a thief could use.</summary>
public sealed class SessionsModel(IServiceProvider services) : AccountPage
{
    private const string Address = "/account/sessions";

    /// <summary>This one first, then the latest seen.</summary>
    public IReadOnlyList<OpenSession> Open { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        Open =
        [
            .. (await services.GetRequiredService<BrowserSessions>().OfAsync(Account.Id, cancellationToken))
                .Select(row => new OpenSession(row.Sid, Device(row.UserAgent), row.Address, row.AuthTime, row.SeenAt, string.Equals(row.Sid, Session.Sid, StringComparison.Ordinal)))
                .OrderByDescending(one => one.IsThis),
        ];
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string? sid, CancellationToken cancellationToken)
    {
        if (sid is { Length: <= 64 } && !string.Equals(sid, Session.Sid, StringComparison.Ordinal) && await services.GetRequiredService<BrowserSessions>().EndAsync(Account.Id, sid, cancellationToken))
        {
            return Done(Address, Words["The session was ended."]);
        }

        return Go(Address);
    }

    public async Task<IActionResult> OnPostOthersAsync(CancellationToken cancellationToken)
    {
        var keep = new KeptSession(Session);
        await services.GetRequiredService<Credentials>().EndEverythingAsync(Account, cancellationToken, keep);
        keep.GiveTo(HttpContext);
        return Done(Address, Words["Everything else has ended."]);
    }

    private protected override Task<IActionResult> ShowAgainAsync(IDictionary<string, object?> sent, CancellationToken cancellationToken) => OnGetAsync(cancellationToken);

    private static string Device(string? userAgent) => DeviceWords.Of(userAgent) switch
    {
        ({ } browser, { } system) => Words["{0} on {1}", browser, system],
        ({ } browser, null) => browser,
        (null, { } system) => system,
        _ => Words["Unknown browser"],
    };
}

/// <param name="Sid">Which.</param>
/// <param name="Device">What its browser is called.</param>
/// <param name="Address">Where it was last seen.</param>
/// <param name="SignedInAt">When its person last signed in.</param>
/// <param name="SeenAt">To five minutes.</param>
/// <param name="IsThis">Whether it is the one that asks.</param>
public sealed record OpenSession(string Sid, string Device, string? Address, DateTimeOffset SignedInAt, DateTimeOffset SeenAt, bool IsThis);
