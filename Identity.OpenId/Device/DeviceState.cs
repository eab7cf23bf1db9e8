using Identity.OpenId.Errors;

namespace Identity.OpenId.Device;

/// <summary>How far a device has come.</summary>
/// <param name="ExpiresAt">The first instant at which its code is good for nothing.</param>
/// <param name="Decided">Whether the person has answered.</param>
/// <param name="Approved">Whether the answer was yes.</param>
/// <param name="Redeemed">Whether tokens were given for it.</param>
public readonly record struct DeviceState(DateTimeOffset ExpiresAt, bool Decided, bool Approved, bool Redeemed)
{
    /// <summary>The one answer for a code that is unknown, another client's or used.</summary>
    public static OAuthError Spent { get; } = OAuthError.InvalidGrant("The device code is not valid.", RefusalReason.UnknownToken);

    /// <summary>RFC 8628 §3.5: the person has not answered yet.</summary>
    public static OAuthError Pending { get; } = new("authorization_pending", "The person has not answered yet.");

    /// <summary>RFC 8628 §3.5: and from now on the pause between two polls is five seconds longer.</summary>
    public static OAuthError SlowDown { get; } = new("slow_down", "The device polls too often.");

    /// <summary>What a poll is answered with, RFC 8628 §3.5; null when tokens may be given.</summary>
    public OAuthError? Refusal(DateTimeOffset now) => this switch
    {
        { Redeemed: true } => Spent,
        // An answer outlives the code by nothing: a device that went away does not come back for it tomorrow.
        _ when now >= ExpiresAt => new OAuthError("expired_token", "The device code has expired."),
        { Decided: false } => Pending,
        { Approved: false } => new OAuthError("access_denied", "The person declined."),
        _ => null,
    };
}
