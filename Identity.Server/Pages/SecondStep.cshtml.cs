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
    internal const string Address = "/sign-in/second";

    private const int MaxCodeLength = 64;

    /// <summary>Whether the person has a recovery code to hand: the field is another one then; both are taken in either.</summary>
    [BindProperty(SupportsGet = true)]
    public bool Recovery { get; set; }

    private SecondSteps Steps => services.GetRequiredService<SecondSteps>();

    /// <summary>This page with the other field.</summary>
    public string Other => Address + Onward + (Recovery ? "" : (Onward.Length > 0 ? "&" : "?") + "recovery=true");

    public async Task<IActionResult> OnGetAsync(string? request, CancellationToken cancellationToken)
    {
        if (!await FindAsync(request, cancellationToken))
        {
            return await OverAsync(request, cancellationToken);
        }

        // Nothing waits here: it took too long, or it is done and the person went back. Either way the next page knows.
        return await Steps.FindAsync(HttpContext, cancellationToken) is null ? GoOn() : Page();
    }

    public async Task<IActionResult> OnPostAsync(string? request, string? code, CancellationToken cancellationToken)
    {
        if (!await FindAsync(request, cancellationToken))
        {
            return await OverAsync(request, cancellationToken);
        }

        if (await Steps.FindAsync(HttpContext, cancellationToken) is not { } pending)
        {
            return GoOn();
        }

        if (string.IsNullOrWhiteSpace(code) || code.Length > MaxCodeLength)
        {
            Wrong("code", Words["Please enter the code."]);
            return Page();
        }

        if (!(await Steps.CheckAsync(pending, code, Caller.Of(HttpContext), cancellationToken)).Succeeded(out var methods, out var refusal))
        {
            Wrong("code", refusal.Reason is RefusalReason.Locked or RefusalReason.Throttled
                ? Words["There were too many failed attempts. Please try again in a few minutes."]
                : Words["The code is wrong or was used already. An app shows a new one every thirty seconds."]);
            return Page();
        }

        SessionCookies.ClearSecondStep(HttpContext);
        await CompleteAsync(pending, methods, cancellationToken);
        return GoOn();
    }

    private protected override Task<IActionResult> ShowAgainAsync(IDictionary<string, object?> sent, CancellationToken cancellationToken) => OnGetAsync(Text(sent, "request"), cancellationToken);

    private async Task CompleteAsync(PendingSignInRow pending, IReadOnlyList<string> methods, CancellationToken cancellationToken)
    {
        var sessions = services.GetRequiredService<BrowserSessions>();
        if (pending.Sid is null)
        {
            await sessions.BeginAsync(HttpContext, pending.Account!, methods, pending.Remember, cancellationToken);
        }
        else if (await sessions.CurrentAsync(HttpContext, cancellationToken) is { } session && string.Equals(session.Sid, pending.Sid, StringComparison.Ordinal))
        {
            await sessions.ProveAsync(HttpContext, session, methods, fromTheStart: true, cancellationToken);
        }
    }
}
