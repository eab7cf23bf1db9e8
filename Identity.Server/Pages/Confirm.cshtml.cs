using System.Text.RegularExpressions;
using Identity.OpenId.Authorize;
using Identity.OpenId.Errors;
using Identity.Server.Accounts;
using Identity.Server.Accounts.SecondFactors;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Passkeys;
using Identity.Server.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Identity.Server.Pages;

/// <summary>Asks a person who is signed in to prove it once more, and goes back to the page that wanted it.</summary>
public sealed partial class ConfirmModel(IServiceProvider services) : FormPage
{
    private const string Home = "/";

    /// <summary>Where it goes afterwards; one of our own pages.</summary>
    public string Then { get; private set; } = Home;

    /// <summary>What the person signs in with, for password managers.</summary>
    public string? Name { get; private set; }

    /// <summary>False for an account that signs in by other means: it signs in anew.</summary>
    public bool HasPassword { get; private set; }

    /// <summary>Null where the account has no passkey, or browsers have none here.</summary>
    public PasskeyOffer? Passkey { get; private set; }

    /// <summary>This page, with the way back.</summary>
    internal static string AddressFor(PathString then) => $"/account/confirm?then={Uri.EscapeDataString(then)}";

    public async Task<IActionResult> OnGetAsync(string? then, CancellationToken cancellationToken) =>
        await FindAsync(then, cancellationToken) is { } session ? await ShowAsync(session, cancellationToken) : Go("/sign-in");

    public async Task<IActionResult> OnPostAsync(string? then, string? password, CancellationToken cancellationToken)
    {
        if (await FindAsync(then, cancellationToken) is not { } session)
        {
            return Go("/sign-in");
        }

        if (Name is null || string.IsNullOrEmpty(password) || password.Length > 1024)
        {
            Wrong("password", Words["Please enter your password."]);
            return await ShowAsync(session, cancellationToken);
        }

        if (!(await services.GetRequiredService<PasswordSignIn>().CheckAsync(Name, password, PasswordDoor.FirstStep, Caller.Of(HttpContext), cancellationToken, SessionCookies.DeviceHash(Request))).Succeeded(out var proof, out var refusal)
            || proof.Account.Id != session.AccountId)
        {
            Wrong("password", refusal?.Reason switch
            {
                RefusalReason.Locked or RefusalReason.Throttled => Words["There were too many failed attempts. Please try again in a few minutes."],
                RefusalReason.Busy => Words["Many people are signing in at this moment. Please try again in a few seconds."],
                _ => Words["The password is wrong."],
            });
            return await ShowAsync(session, cancellationToken);
        }

        if (proof.OwesSecondStep)
        {
            await services.GetRequiredService<SecondSteps>().BeginAsync(HttpContext, proof.Account, [proof.Method], remember: false, cancellationToken, session.Sid);
            return Go($"{SecondStepModel.Address}?then={Then}");
        }

        return await services.GetRequiredService<BrowserSessions>().ProveAsync(HttpContext, session, [proof.Method], fromTheStart: true, cancellationToken) ? Go(Then) : Go("/sign-in");
    }

    public async Task<IActionResult> OnPostPasskeyAsync(string? then, string? challenge, string? credential, CancellationToken cancellationToken)
    {
        if (await FindAsync(then, cancellationToken) is not { } session)
        {
            return Go("/sign-in");
        }

        if (!(await services.GetRequiredService<PasskeySignIn>().CheckAsync(HttpContext, challenge, credential, cancellationToken)).Succeeded(out var account, out var refusal) || account.Id != session.AccountId)
        {
            Wrong("", PasskeyProblem.SentenceOf(refusal?.Reason ?? RefusalReason.WrongPasskey));
            return await ShowAsync(session, cancellationToken);
        }

        return await services.GetRequiredService<BrowserSessions>().ProveAsync(HttpContext, session, AuthenticationContext.Passkey, fromTheStart: true, cancellationToken) ? Go(Then) : Go("/sign-in");
    }

    private protected override Task<IActionResult> ShowAgainAsync(IDictionary<string, object?> sent, CancellationToken cancellationToken) => OnGetAsync(Text(sent, "then"), cancellationToken);

    private async Task<IActionResult> ShowAsync(SessionRow session, CancellationToken cancellationToken)
    {
        if ((await services.GetRequiredService<AccountPasskeys>().OfAsync(session.AccountId, cancellationToken)).Count > 0)
        {
            Passkey = await services.GetRequiredService<PasskeySignIn>().OfferAsync(HttpContext, session.Account);
        }

        return Page();
    }

    private async Task<SessionRow?> FindAsync(string? then, CancellationToken cancellationToken)
    {
        // Nothing of a form or an address leads anywhere else.
        Then = then is not null && OurPage().IsMatch(then) ? then : Home;
        if (await services.GetRequiredService<BrowserSessions>().CurrentAsync(HttpContext, cancellationToken) is not { Account: { } account } session)
        {
            return null;
        }

        HasPassword = account.PasswordHash is not null;
        Name = HasPassword ? await services.GetRequiredService<AccountRegistry>().NameOfAsync(account.Id, cancellationToken) : null;
        return session;
    }

    [GeneratedRegex(@"^/account(/[a-z-]{1,32}){1,2}\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OurPage();
}
