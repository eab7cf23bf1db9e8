using Identity.OpenId.Errors;

namespace Identity.OpenId.Authorize;

/// <summary>What a browser's session has to say.</summary>
/// <param name="Subject">Who is signed in.</param>
/// <param name="AuthTime">Since when.</param>
public sealed record SessionState(string Subject, DateTimeOffset AuthTime)
{
    /// <summary>How they signed in, RFC 8176.</summary>
    public IReadOnlyList<string> Methods { get; init; } = [];

    /// <summary>Whether the account has a second step that can still be asked for.</summary>
    public bool HasSecondStep { get; init; }
}

/// <summary>All that the decision depends on.</summary>
/// <param name="Request">What the client asked.</param>
/// <param name="AskedAt">When; a sign-in or a consent after it answers a demand for a fresh one.</param>
/// <param name="Session">Null when nobody is signed in.</param>
/// <param name="HintedSubject">The subject of a valid id_token_hint.</param>
/// <param name="AccountChosen">Whether the person has chosen the account for this request.</param>
/// <param name="ConsentNeeded">Whether the person must be asked about this client at all.</param>
/// <param name="ConsentAt">When everything that is asked for was last agreed to; null when it was not.</param>
public sealed record InteractionInput(
    AuthorizeRequest Request,
    DateTimeOffset AskedAt,
    SessionState? Session,
    string? HintedSubject,
    bool AccountChosen,
    bool ConsentNeeded,
    DateTimeOffset? ConsentAt);

/// <summary>The page that is owed before the request can be answered.</summary>
public enum InteractionStep
{
    None,
    SignIn,
    Register,
    SelectAccount,

    /// <summary>The second step alone: what the session proved is not enough for this request.</summary>
    SecondStep,
    Consent,
}

/// <param name="Step">What is owed.</param>
/// <param name="Error">Why the request fails instead: a page is owed and prompt none forbids it, or no page can help.</param>
public sealed record InteractionVerdict(InteractionStep Step, OAuthError? Error = null);

/// <summary>Which page a request owes its person, OpenID Connect Core §3.1.2.3 and §3.1.2.4. Asked again after each page, until nothing is owed.</summary>
public static class Interaction
{
    /// <summary>OpenID Connect Core Unmet Authentication Requirements 1.0.</summary>
    public static OAuthError UnmetAcr { get; } = new("unmet_authentication_requirements", "An essential acr cannot be reached.");

    public static InteractionVerdict Decide(InteractionInput input, DateTimeOffset now)
    {
        // The person has just signed in as well as they can, and once more would not be better.
        if (input.Session is { } session && session.AuthTime >= input.AskedAt && !AuthenticationContext.Satisfies(session.Methods, input.Request.Claims.EssentialAcr)
            && !MayStepUp(session, input.Request.Claims.EssentialAcr))
        {
            return new(InteractionStep.None, UnmetAcr);
        }

        var step = Owed(input, now);
        return step == InteractionStep.None || !input.Request.Prompts("none")
            ? new(step)
            : new(step, step switch
            {
                InteractionStep.SignIn or InteractionStep.SecondStep => new OAuthError("login_required", "The person must sign in."),
                InteractionStep.SelectAccount => new OAuthError("account_selection_required", "The person must choose an account."),
                _ => new OAuthError("consent_required", "The person must agree first."),
            });
    }

    private static InteractionStep Owed(InteractionInput input, DateTimeOffset now)
    {
        var (request, session) = (input.Request, input.Session);
        // Initiating User Registration 1.0 §4: whoever has an account may go on to the sign-in from that page, and is as fresh then.
        if (request.Prompts(PromptValues.Create) && !(session?.AuthTime >= input.AskedAt))
        {
            return InteractionStep.Register;
        }

        if (session is null)
        {
            return InteractionStep.SignIn;
        }

        var fresh = session.AuthTime >= input.AskedAt;
        if (!fresh && (request.Prompts("login") || TooOld(request, session, now)))
        {
            return InteractionStep.SignIn;
        }

        // §3.1.2.1 and §5.5.1: the hint, or sub with a value, names who is expected; somebody else must not be answered for.
        if ((input.HintedSubject is { } expected && !string.Equals(expected, session.Subject, StringComparison.Ordinal)) || !request.Claims.Admits(session.Subject)
            || (!AuthenticationContext.Satisfies(session.Methods, request.Claims.EssentialAcr) && !MayStepUp(session, request.Claims.EssentialAcr)))
        {
            return InteractionStep.SignIn;
        }

        if (request.Prompts("select_account") && !fresh && !input.AccountChosen)
        {
            return InteractionStep.SelectAccount;
        }

        // §5.5.1.1: what is only liked is no reason to fail, so it owes a page where there may be one.
        if (MayStepUp(session, request.Claims.EssentialAcr) || (MayStepUp(session, request.WantedAcr) && !request.Prompts("none")))
        {
            return InteractionStep.SecondStep;
        }

        var agreed = input.ConsentAt is { } at && (!request.Prompts("consent") || at >= input.AskedAt);
        return (input.ConsentNeeded || request.Prompts("consent")) && !agreed ? InteractionStep.Consent : InteractionStep.None;
    }

    private static bool MayStepUp(SessionState session, IReadOnlyList<string> wanted) => session.HasSecondStep && AuthenticationContext.NeedSecondStep(session.Methods, wanted);

    // §3.1.2.1: max_age=0 is prompt=login. "Greater than" is too old, so the second itself is good.
    private static bool TooOld(AuthorizeRequest request, SessionState session, DateTimeOffset now) =>
        request.MaxAge is { } maxAge && (maxAge == 0 || now - session.AuthTime > TimeSpan.FromSeconds(maxAge));
}
