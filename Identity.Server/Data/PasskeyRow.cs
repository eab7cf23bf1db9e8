namespace Identity.Server.Data;

/// <summary>A passkey of an account: the credential record of WebAuthn §4. Each was made with user verification.</summary>
internal sealed class PasskeyRow
{
    /// <summary>Base64url.</summary>
    public required string CredentialId { get; init; }

    public int AccountId { get; init; }

    public Account? Account { get; init; }

    /// <summary>The person's own word for it.</summary>
    public required string Name { get; init; }

    /// <summary>A COSE key, RFC 9052 §7.</summary>
    public required byte[] PublicKey { get; init; }

    /// <summary>The last counter that was heard; 0 for authenticators that do not count.</summary>
    public long SignCount { get; init; }

    /// <summary>How a browser reaches the authenticator; space-separated.</summary>
    public required string Transports { get; init; }

    /// <summary>Whether it may be copied to other devices of its person. It never changes.</summary>
    public bool BackupEligible { get; init; }

    /// <summary>Whether it has been.</summary>
    public bool BackedUp { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? UsedAt { get; init; }
}
