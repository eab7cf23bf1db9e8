namespace Identity.Server.Data;

/// <summary>The authenticator app of an account, RFC 6238. The secret itself is only here as ciphertext.</summary>
internal sealed class TotpSecretRow
{
    public int AccountId { get; init; }

    public Account? Account { get; init; }

    public required byte[] Sealed { get; init; }

    /// <summary>The latest time step that was accepted; no step up to it is accepted again.</summary>
    public long LastStep { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null until a code has shown that the app has the secret.</summary>
    public DateTimeOffset? ConfirmedAt { get; init; }
}
