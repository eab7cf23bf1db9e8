namespace Identity.Server.Data;

/// <summary>A code that stands in for the authenticator app once.</summary>
internal sealed class RecoveryCodeRow
{
    /// <summary>A MAC over account and code.</summary>
    public required string Mac { get; init; }

    public int AccountId { get; init; }

    public Account? Account { get; init; }

    public DateTimeOffset? UsedAt { get; init; }
}
