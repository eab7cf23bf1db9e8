namespace Identity.Server.Data;

/// <summary>What one legacy API keeps of an account.</summary>
internal sealed class LegacyMemberRow
{
    public required string Api { get; init; }

    public int AccountId { get; init; }

    public Account? Account { get; init; }

    public int Number { get; init; }

    public int VisitCount { get; init; }

    public DateTimeOffset LastVisitAt { get; init; }

    public string? LastAddress { get; init; }

    /// <summary>A JSON object of the API's own fields.</summary>
    public string? Profile { get; init; }

    /// <summary>When an import brought it; null where this server gave the number.</summary>
    public DateTimeOffset? ImportedAt { get; init; }
}
