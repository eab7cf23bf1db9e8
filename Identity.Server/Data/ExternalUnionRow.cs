namespace Identity.Server.Data;

/// <summary>An account's identity in all apps of one developer account. Apart from <see cref="ExternalIdentityRow"/>, because the two identifiers look alike.</summary>
internal sealed class ExternalUnionRow
{
    public required string Provider { get; init; }

    public required string Developer { get; init; }

    public required string UnionId { get; init; }

    public int AccountId { get; init; }

    public Account? Account { get; init; }
}
