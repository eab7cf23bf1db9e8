namespace Identity.Server.Accounts;

/// <summary>An account to be made, with any standard claim of OpenID Connect Core §5.1.</summary>
internal sealed record NewAccount
{
    public string? UserName { get; init; }

    public string? Email { get; init; }

    /// <summary>True when the mailbox's owner proved it, or an operator says so. Only then is it a sign-in name.</summary>
    public bool EmailVerified { get; init; }

    public string? PhoneNumber { get; init; }

    /// <summary>As <see cref="EmailVerified"/>.</summary>
    public bool PhoneNumberVerified { get; init; }

    /// <summary>Null for an account that signs in by other means.</summary>
    public string? Password { get; init; }

    public string? Name { get; init; }

    public string? GivenName { get; init; }

    public string? FamilyName { get; init; }

    public string? MiddleName { get; init; }

    public string? Nickname { get; init; }

    public string? Profile { get; init; }

    public string? Picture { get; init; }

    public string? Website { get; init; }

    public string? Gender { get; init; }

    public string? Birthdate { get; init; }

    public string? Zoneinfo { get; init; }

    public string? Locale { get; init; }

    /// <summary>The JSON object of §5.1.1.</summary>
    public System.Text.Json.JsonElement? Address { get; init; }

    public bool Admin { get; init; }

    /// <summary>Nothing of it is for a log.</summary>
    public override string ToString() => nameof(NewAccount);
}

/// <summary>Why an account was not made.</summary>
internal enum AccountMistake
{
    None,
    BadUserName,
    BadEmail,
    BadPhoneNumber,
    /// <summary>Too short or too long.</summary>
    WeakPassword,

    /// <summary>One of those that are tried first.</summary>
    CommonPassword,

    /// <summary>The code by mail is wrong, over, used or tried too often.</summary>
    WrongCode,

    /// <summary>A claim is too long, or not of the form that the standard gives it.</summary>
    BadClaim,

    /// <summary>It would have no way to sign in.</summary>
    NoSignInName,

    /// <summary>Another account has one of the sign-in names.</summary>
    NameTaken,

    /// <summary>Too many passwords are being hashed at the moment.</summary>
    Busy,
}
