namespace Identity.Server.Data;

/// <summary>An account's identity in one app of a provider.</summary>
internal sealed class ExternalIdentityRow
{
    /// <summary><c>qq</c> or <c>wechat</c>.</summary>
    public required string Provider { get; init; }

    public required string AppId { get; init; }

    /// <summary>The provider's name for the person, in this app only. Case matters.</summary>
    public required string OpenId { get; init; }

    /// <summary>The developer account that the app belonged to when <see cref="UnionId"/> was seen.</summary>
    public required string Developer { get; init; }

    /// <summary>The person in every app of the developer account; null until the provider tells it.</summary>
    public string? UnionId { get; init; }

    public int AccountId { get; init; }

    public Account? Account { get; init; }

    public DateTimeOffset LinkedAt { get; init; }
}
