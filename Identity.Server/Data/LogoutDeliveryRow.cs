namespace Identity.Server.Data;

/// <summary>One client to be told of one ended session, Back-Channel Logout 1.0 §2.5.</summary>
internal sealed class LogoutDeliveryRow
{
    public const string Waiting = "waiting";
    public const string Done = "done";
    public const string GivenUp = "given up";

    public required string Sid { get; init; }

    public required string ClientId { get; init; }

    public required string Subject { get; init; }

    /// <summary>The account's key, which may be gone by now; 0 in rows that are older than the column.</summary>
    public int AccountId { get; init; }

    public required string Issuer { get; init; }

    public DateTimeOffset DueAt { get; init; }

    public int Attempts { get; init; }

    public required string State { get; init; }
}
