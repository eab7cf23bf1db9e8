using Identity.OpenId.Errors;

namespace Identity.Compat;

/// <summary>The failures that every old API must be able to say in its own words.</summary>
internal abstract class LegacyErrors
{
    /// <summary>The operator switched the API off.</summary>
    public abstract LegacyAnswer Gone { get; }

    /// <summary>The API never had this path.</summary>
    public abstract LegacyAnswer NotFound { get; }

    /// <summary>The path is right, the method is not.</summary>
    public abstract LegacyAnswer WrongMethod { get; }

    /// <summary>The server's own fault.</summary>
    public abstract LegacyAnswer Fault { get; }

    /// <summary>The server is busy with others; nothing was tried.</summary>
    public abstract LegacyAnswer Busy { get; }

    /// <summary>A body that could not be read.</summary>
    public abstract LegacyAnswer Of(BodyMistake mistake);

    /// <summary>A refusal of the token pipeline. One that is not about what the user presented is a fault of this server's configuration.</summary>
    public LegacyAnswer Of(OAuthError refusal) => refusal.Reason == RefusalReason.Busy ? Busy.After(refusal.RetryAfter) : OfRefusal(refusal);

    /// <summary>The API's own table.</summary>
    protected abstract LegacyAnswer OfRefusal(OAuthError refusal);

    /// <summary>A call that needs an access token and has none that is good.</summary>
    /// <param name="expired">The token was good once.</param>
    public abstract LegacyAnswer NotSignedIn(bool expired);

    /// <summary>The token is good and not enough.</summary>
    public abstract LegacyAnswer NotAllowed { get; }
}
