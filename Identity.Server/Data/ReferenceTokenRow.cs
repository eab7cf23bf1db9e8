namespace Identity.Server.Data;

/// <summary>An access token that is a handle outside and its claims here.</summary>
internal sealed class ReferenceTokenRow
{
    public required string HandleHash { get; init; }

    /// <summary>The payload that a JWT would have had.</summary>
    public required string Claims { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }
}
