using Identity.OpenId.Authorize;
using Identity.OpenId.Errors;
using Identity.Server.Accounts;
using Identity.Server.Accounts.SecondFactors;
using Identity.Server.External;
using Identity.Server.Hosting;
using Identity.Server.Passkeys;
using Identity.Server.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Identity.Server.Pages;

/// <summary>The sign-in page; what was typed, the password excepted, is never lost.</summary>
public sealed class SignInModel(IServiceProvider services) : WaitingPage
{
    private const int MaxNameLength = 256;

    public string? Username { get; private set; }

    public bool Remember { get; private set; }

    /// <summary>Whether people may make accounts for themselves.</summary>
    public bool Registration => services.GetRequiredService<AccountsOptions>().Registration;

    /// <summary>Providers that this browser is offered: the handler's scheme, and what people call it.</summary>
    public IReadOnlyList<(string Scheme, string Label)> Doors { get; private set; } = [];

    /// <summary>Null where browsers have no passkeys.</summary>
    public PasskeyOffer? Passkey { get; private set; }

    /// <summary>Whether the browser may offer passkeys in the field of the name; not where one was just refused, lest it be tried for ever.</summary>
    public bool InField { get; private set; } = true;

    public async Task<IActionResult> OnGetAsync(string? request, string? problem, CancellationToken cancellationToken)
    {
        if (!await FindAsync(request, cancellationToken))
        {
            return await OverAsync(request, cancellationToken);
        }

        if (ExternalProblem.SentenceOf(problem) is { } sentence)
        {
            Wrong("", Words[sentence]);
        }

        Announcement.Show(this);
        await OfferAsync();

        Username = Asked?.LoginHint;
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string? request, string? username, string? password, bool remember, CancellationToken cancellationToken)
    {
        if (!await FindAsync(request, cancellationToken))
        {
            return await OverAsync(request, cancellationToken);
        }

        (Username, Remember) = (username, remember);
        await OfferAsync();
        if (string.IsNullOrWhiteSpace(username) || username.Length > MaxNameLength)
        {
            Wrong("username", Words["Please enter your user name, e-mail or phone number."]);
        }

        if (string.IsNullOrEmpty(password) || password.Length > 1024)
        {
            Wrong("password", Words["Please enter your password."]);
        }

        if (!ModelState.IsValid)
        {
            return Page();
        }

        var signIn = services.GetRequiredService<PasswordSignIn>();
        if (!(await signIn.CheckAsync(username!, password!, PasswordDoor.FirstStep, Caller.Of(HttpContext), cancellationToken, SessionCookies.DeviceHash(Request))).Succeeded(out var proof, out var refusal))
        {
            Wrong("", refusal.Reason switch
            {
                RefusalReason.Locked or RefusalReason.Throttled => Words["There were too many failed attempts. Please try again in a few minutes."],
                RefusalReason.Busy => Words["Many people are signing in at this moment. Please try again in a few seconds."],
                _ => Words["The name or the password is wrong."],
            });
            if (refusal.RetryAfter is { } wait)
            {
                Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                Response.Headers.RetryAfter = ((int)wait.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
            }

            return Page();
        }

        // Where the request demands both steps, the next page asks for the second.
        if (proof is { OwesSecondStep: true, FromKnownDevice: false })
        {
            await services.GetRequiredService<SecondSteps>().BeginAsync(HttpContext, proof.Account, [proof.Method], remember, cancellationToken);
            return Go(SecondStepModel.Address + Onward);
        }

        await services.GetRequiredService<BrowserSessions>().BeginAsync(HttpContext, proof.Account, [proof.Method], remember, cancellationToken);
        return GoOn();
    }

    /// <summary>By a passkey, whosever the browser has; no name is typed.</summary>
    public async Task<IActionResult> OnPostPasskeyAsync(string? request, string? challenge, string? credential, bool remember, CancellationToken cancellationToken)
    {
        if (!await FindAsync(request, cancellationToken))
        {
            return await OverAsync(request, cancellationToken);
        }

        if (!(await services.GetRequiredService<PasskeySignIn>().CheckAsync(HttpContext, challenge, credential, cancellationToken)).Succeeded(out var account, out var refusal))
        {
            Wrong("", PasskeyProblem.SentenceOf(refusal.Reason));
            (Username, Remember, InField) = (Asked?.LoginHint, remember, false);
            await OfferAsync();
            return Page();
        }

        await services.GetRequiredService<BrowserSessions>().BeginAsync(HttpContext, account, AuthenticationContext.Passkey, remember, cancellationToken);
        return GoOn();
    }

    /// <summary>Off to a provider. By a form of ours, so that nobody else can send a browser through a sign-in.</summary>
    public async Task<IActionResult> OnPostExternalAsync(string? request, string? scheme, CancellationToken cancellationToken)
    {
        if (!await FindAsync(request, cancellationToken))
        {
            return await OverAsync(request, cancellationToken);
        }

        return services.GetRequiredService<ExternalDoors>().OfScheme(scheme) is { } door
            ? Challenge(ExternalReturn.Begin(services.GetRequiredService<TimeProvider>(), Destination, Onward), door.Scheme)
            : Go("/sign-in" + Onward);
    }

    private protected override async Task<IActionResult> ShowAgainAsync(IDictionary<string, object?> sent, CancellationToken cancellationToken)
    {
        if (!await FindAsync(Text(sent, "request"), cancellationToken))
        {
            return await OverAsync(Text(sent, "request"), cancellationToken);
        }

        (Username, Remember) = (Text(sent, "username") is { Length: <= MaxNameLength } name ? name : Asked?.LoginHint, sent.TryGetValue("remember", out var remember) && remember is true);
        await OfferAsync();
        return Page();
    }

    private async Task OfferAsync()
    {
        Passkey = await services.GetRequiredService<PasskeySignIn>().OfferAsync(HttpContext);
        var offered = services.GetRequiredService<ExternalDoors>().For(Request).ToList();
        Doors = [.. offered.Select(door => (door.Scheme, door.Label))];
        offered.ForEach(door => PageHeaders.LetFormsEndAt(HttpContext, door.Address));
    }
}
