namespace Identity.Server.Data;

/// <summary>A first step that was proved and waits for the second; known by a handle in one browser's cookie, once.</summary>
internal sealed class PendingSignInRow
{
    public required string HandleHash { get; init; }

    public int AccountId { get; init; }

    public Account? Account { get; init; }

    /// <summary>What was proved so far, space-separated, RFC 8176.</summary>
    public required string Amr { get; init; }

    public bool Remember { get; init; }

    /// <summary>The session that goes on, proved anew; null when one begins.</summary>
    public string? Sid { get; init; }

    public DateTimeOffset BegunAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? UsedAt { get; init; }
}
