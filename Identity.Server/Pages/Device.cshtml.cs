using Identity.OpenId.Clients;
using Identity.OpenId.Device;
using Identity.OpenId.Scopes;
using Identity.Server.Accounts;
using Identity.Server.Clients;
using Identity.Server.Data;
using Identity.Server.Device;
using Identity.Server.Hosting;
using Identity.Server.Languages;
using Identity.Server.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Identity.Server.Pages;

/// <summary>
/// Where a person lets a device in, RFC 8628 §3.3: signed in, by a code that was typed or looked at, and after a warning; for
/// whoever sends somebody else such a code means to be let in himself (§5.4). A link with the code in it decides nothing.
/// </summary>
public sealed class DeviceModel(IServiceProvider services) : FormPage
{
    public string Heading { get; private set; } = Words["Connect a device"];

    public string? Code { get; private set; }

    public string? Answer { get; private set; }

    public ClientMetadata? Client { get; private set; }

    public IReadOnlyList<string> Lines { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync([FromQuery(Name = "user_code")] string? typed, CancellationToken cancellationToken)
    {
        Code = UserCode.Read(typed) is { } code ? UserCode.Show(code) : null;
        return await SessionAsync(cancellationToken) is null ? ToSignIn() : Page();
    }

    // From the beginning: with the code, and without what was pressed.
    private protected override Task<IActionResult> ShowAgainAsync(IDictionary<string, object?> sent, CancellationToken cancellationToken)
    {
        Code = UserCode.Read(Text(sent, "typed")) is { } code ? UserCode.Show(code) : null;
        return Task.FromResult<IActionResult>(Page());
    }

    public async Task<IActionResult> OnPostAsync([FromForm(Name = "user_code")] string? typed, CancellationToken cancellationToken)
    {
        if (await SessionAsync(cancellationToken) is not { } session)
        {
            return ToSignIn();
        }

        await FindAsync(typed, session, cancellationToken);
        Person = session.Account!.Subject;
        return Page();
    }

    public async Task<IActionResult> OnPostDecideAsync([FromForm(Name = "user_code")] string? typed, bool allow, CancellationToken cancellationToken)
    {
        if (await SessionAsync(cancellationToken) is not { } session)
        {
            return ToSignIn();
        }

        if (await FindAsync(typed, session, cancellationToken) is not { } device)
        {
            return Page();
        }

        if (!WasShownTo(session))
        {
            Person = session.Account!.Subject;
            return Page();
        }

        if (!await services.GetRequiredService<DeviceRequests>().DecideAsync(device, session, allow, cancellationToken))
        {
            (Client, Code, Heading) = (null, null, Words["Connect a device"]);
            Wrong("user_code", Words[Unknown]);
            return Page();
        }

        if (allow && ScopeSet.Parse(device.Scope).Succeeded(out var scopes, out _))
        {
            await services.GetRequiredService<Consents>().GiveAsync(session.AccountId, device.ClientId, scopes, [], cancellationToken);
        }

        (Heading, Answer) = allow
            ? (Words["The device is connected"], Words["It goes on by itself in a few seconds. You can close this window."])
            : (Words["The device was not let in"], Words["Nothing was given to it. You can close this window."]);
        return Page();
    }

    private static readonly string Unknown = Words.Key("There is no device with this code. It may be mistyped, or its time is over.");

    private IActionResult ToSignIn() => Go($"/sign-in?device={Code ?? "-"}");

    private Task<SessionRow?> SessionAsync(CancellationToken cancellationToken) => services.GetRequiredService<BrowserSessions>().CurrentAsync(HttpContext, cancellationToken);

    private async Task<DeviceCodeRow?> FindAsync(string? typed, SessionRow session, CancellationToken cancellationToken)
    {
        var (device, blocked) = await services.GetRequiredService<DeviceRequests>().FindAsync(typed, session.AccountId, Caller.Of(HttpContext), cancellationToken);
        Client = device is null ? null : services.GetRequiredService<ClientDirectory>().Find(device.ClientId)?.Metadata;
        if (device is null || Client is null)
        {
            // As it was typed, to be mended.
            Code = typed is { Length: <= 32 } ? typed : null;
            Wrong("user_code", blocked ? Words["There were too many failed attempts. Please try again in a few minutes."] : Words[Unknown]);
            return null;
        }

        Code = UserCode.Show(UserCode.Read(typed)!);
        Heading = Words["Let this device in?"];
        var scopes = services.GetRequiredService<ScopeDirectory>();
        Lines = ScopeSet.Parse(device.Scope).Succeeded(out var asked, out _) ? ScopeWords.Of(asked, [], scopes) : [];
        return device;
    }
}
