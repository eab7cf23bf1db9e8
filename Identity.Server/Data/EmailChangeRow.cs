namespace Identity.Server.Data;

/// <summary>The e-mail address that an account asked for and has not proved yet; a later wish takes the place of an earlier one.</summary>
internal sealed class EmailChangeRow
{
    public int AccountId { get; init; }

    public Account? Account { get; init; }

    /// <summary>In its normal form.</summary>
    public required string Email { get; init; }

    public DateTimeOffset AskedAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }
}
