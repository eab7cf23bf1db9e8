using Identity.Server.Data;

namespace Identity.Server.Accounts;

/// <summary>What a password proved.</summary>
/// <param name="Account">Whose it is.</param>
/// <param name="Method">The <c>amr</c>, RFC 8176.</param>
internal sealed record PasswordProof(Account Account, string Method)
{
    /// <summary>The password that the person chose.</summary>
    public const string ByPassword = "pwd";

    /// <summary>One that the server drew for an old client. RFC 8176 has no word for it: <c>pwd</c> would say that a person knew something, <c>mfa</c> that there were two proofs.</summary>
    public const string ByAppPassword = "app_password";

    /// <summary>Whether nothing has begun yet: the account has two-step verification, and this was the first step.</summary>
    public bool OwesSecondStep { get; init; }

    /// <summary>Whether it came from a device that the account remembers, which is spared the second step where nobody demands it.</summary>
    public bool FromKnownDevice { get; init; }
}

/// <summary>What a door takes a password for.</summary>
internal enum PasswordDoor
{
    /// <summary>The whole sign-in: where an account has two-step verification, only an app password is that.</summary>
    Whole,

    /// <summary>The first of the account's steps: the door asks for the second itself.</summary>
    FirstStep,

    /// <summary>The whole sign-in of every account, by the operator's word.</summary>
    PasswordOnly,
}
