namespace Identity.OpenId.Errors;

/// <summary>What a refusal was really about. The wire shows one sentence for several of these; the log and the legacy tables tell them apart.</summary>
public enum RefusalReason
{
    None = 0,

    /// <summary>No account has the presented sign-in name.</summary>
    UnknownAccount,

    /// <summary>The account exists, the password is not its own (or must not be used at this door).</summary>
    WrongPassword,

    /// <summary>Too many failures for this sign-in name.</summary>
    Locked,

    /// <summary>Too many failures from this client address.</summary>
    Throttled,

    /// <summary>Too many passwords are being checked at once; this one was not looked at.</summary>
    Busy,

    /// <summary>The account was disabled by an operator.</summary>
    Disabled,

    /// <summary>The token is malformed, forged or unknown.</summary>
    UnknownToken,

    /// <summary>The token belongs to another client or another legacy session.</summary>
    ForeignToken,

    /// <summary>The token is bound to another key than the one that was proved.</summary>
    WrongKey,

    /// <summary>The token's time is over.</summary>
    Expired,

    /// <summary>The token was revoked.</summary>
    Revoked,

    /// <summary>A refresh token came back after its successor was used, or after the replay window: the family was revoked.</summary>
    Reused,

    /// <summary>The legacy session group is not one that the API knows.</summary>
    UnknownGroup,

    /// <summary>QQ or WeChat did not accept the code or token.</summary>
    ProviderRefused,

    /// <summary>QQ or WeChat was busy, slow, unreadable, or does not accept this server's own credentials.</summary>
    ProviderUnavailable,

    /// <summary>WeChat showed a snapshot page, whose user is a virtual one.</summary>
    SnapshotUser,

    /// <summary>No account is linked to the external identity, and none may be made.</summary>
    NotLinked,

    /// <summary>The external identity points at two accounts, or at another account than the one it is to be linked to.</summary>
    IdentityConflict,

    /// <summary>The passkey belongs to no account here, or what it signed is not what was asked.</summary>
    WrongPasskey,

    /// <summary>The counter of the passkey went back: there may be a copy of it.</summary>
    CopiedPasskey,

    /// <summary>What was signed was not made for this browser, or is too old, or was used before.</summary>
    DeadChallenge,
}
