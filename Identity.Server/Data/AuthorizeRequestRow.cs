namespace Identity.Server.Data;

/// <summary>A request that waits on our side, so that page addresses stay short and nothing can be swapped between tabs.</summary>
internal sealed class AuthorizeRequestRow
{
    /// <summary>Waits while its person signs in or agrees.</summary>
    public const string Pending = "pending";

    /// <summary>Pushed by its client, RFC 9126.</summary>
    public const string Pushed = "pushed";

    /// <summary>A logout that waits for its person's word.</summary>
    public const string Logout = "logout";

    public required string HandleHash { get; init; }

    public required string Kind { get; init; }

    public required string ClientId { get; init; }

    /// <summary>Form-encoded.</summary>
    public required string Parameters { get; init; }

    /// <summary>The browser that it belongs to, from the first time it is seen there.</summary>
    public string? BrowserHash { get; init; }

    public DateTimeOffset AskedAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    public bool AccountChosen { get; init; }

    public DateTimeOffset? UsedAt { get; init; }

    /// <summary>The pushed request that this one came from; both are used by the same statement.</summary>
    public string? PushedHash { get; init; }
}
