namespace Identity.Server.Data;

/// <summary>What a person allowed a client; withdrawn by deleting it.</summary>
internal sealed class ConsentRow
{
    public int AccountId { get; init; }

    public required string ClientId { get; init; }

    public required string Scope { get; init; }

    /// <summary>Names of claims that were allowed one by one, space-separated.</summary>
    public required string Claims { get; init; }

    public DateTimeOffset GrantedAt { get; init; }
}
