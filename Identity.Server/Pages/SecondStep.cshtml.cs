using Identity.OpenId.Errors;
using Identity.Server.Accounts.SecondFactors;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Identity.Server.Pages;

/// <summary>The second step of a sign-in: a code of the authenticator app, or a recovery code.</summary>
public sealed class SecondStepModel(IServiceProvider services) : WaitingPage
{
    internal const string Address = Endpoints.SecondStepPage;

    private const int MaxCodeLength = 64;

    /// <summary>Whether the person has a recovery code to hand: the field is another one then; both are taken in either.</summary>
    [BindProperty(SupportsGet = true)]
    public bool Recovery { get; set; }

    /// <summary>Days for which this device may be remembered; 0 where that is not offered.</summary>
    public int RememberDays { get; private set; }

    /// <summary>Whether the person wants it, as it was sent.</summary>
    public bool RememberDevice { get; private set; }

    private RememberedDevices Devices => services.GetRequiredService<RememberedDevices>();

    private SecondSteps Steps => services.GetRequiredService<SecondSteps>();

    /// <summary>This page with the other field.</summary>
    public string Other => Address + Onward + (Recovery ? "" : (Onward.Length > 0 ? "&" : "?") + "recovery=true");

    public async Task<IActionResult> OnGetAsync(string? request, CancellationToken cancellationToken)
    {
        if (!await FindAsync(request, cancellationToken))
        {
            return await OverAsync(request, cancellationToken);
        }

        if (await Steps.FindAsync(HttpContext, cancellationToken) is { } pending)
        {
            Offer(pending);
            return Page();
        }

        // Nothing waits here: it took too long, or it is done and the person went back. Either way the next page knows,
        // unless the client wants more of a session than was proved.
        if (Asked is null || await services.GetRequiredService<BrowserSessions>().CurrentAsync(HttpContext, cancellationToken) is not { Account.TwoFactorEnabled: true } session || session.HasManyFactors)
        {
            return GoOn();
        }

        await Steps.StepUpAsync(HttpContext, session, cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string? request, string? code, bool rememberDevice, CancellationToken cancellationToken)
    {
        if (!await FindAsync(request, cancellationToken))
        {
            return await OverAsync(request, cancellationToken);
        }

        if (await Steps.FindAsync(HttpContext, cancellationToken) is not { } pending)
        {
            return GoOn();
        }

        Offer(pending);
        RememberDevice = rememberDevice && RememberDays > 0;
        if (string.IsNullOrWhiteSpace(code) || code.Length > MaxCodeLength)
        {
            Wrong("code", Words["Please enter the code."]);
            return Page();
        }

        var device = RememberDevice ? Devices.Draw(HttpContext, pending) : null;
        if (!(await Steps.CheckAsync(pending, code, Caller.Of(HttpContext), cancellationToken, device)).Succeeded(out var methods, out var refusal))
        {
            Wrong("code", refusal.Reason is RefusalReason.Locked or RefusalReason.Throttled
                ? Words["There were too many failed attempts. Please try again in a few minutes."]
                : Words["The code is wrong or was used already. An app shows a new one every thirty seconds."]);
            return Page();
        }

        SessionCookies.ClearSecondStep(HttpContext);
        if (device is not null)
        {
            SessionCookies.SetDevice(HttpContext, device.Handle, device.Until);
        }

        await CompleteAsync(pending, methods, cancellationToken);
        return GoOn();
    }

    private protected override Task<IActionResult> ShowAgainAsync(IDictionary<string, object?> sent, CancellationToken cancellationToken)
    {
        RememberDevice = sent.TryGetValue("rememberDevice", out var remember) && remember is true;
        return OnGetAsync(Text(sent, "request"), cancellationToken);
    }

    private void Offer(PendingSignInRow pending) => RememberDays = Devices.IsOfferedTo(pending) ? (int)Devices.Lifetime.TotalDays : 0;

    private async Task CompleteAsync(PendingSignInRow pending, IReadOnlyList<string> methods, CancellationToken cancellationToken)
    {
        var sessions = services.GetRequiredService<BrowserSessions>();
        if (pending.Sid is null)
        {
            await sessions.BeginAsync(HttpContext, pending.Account!, methods, pending.Remember, cancellationToken);
        }
        else if (await sessions.CurrentAsync(HttpContext, cancellationToken) is { } session && string.Equals(session.Sid, pending.Sid, StringComparison.Ordinal))
        {
            // Where no first step belongs to it, the one from before goes on counting, and so does its time.
            await sessions.ProveAsync(HttpContext, session, methods, fromTheStart: pending.Amr.Length > 0, cancellationToken);
        }
    }
}
