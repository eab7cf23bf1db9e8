using Identity.OpenId.Authorize;

namespace Identity.Server.Data;

/// <summary>A browser session. The cookie holds a handle that is stored as its hash; <see cref="Sid"/> is another, public value.</summary>
internal sealed class SessionRow
{
    public required string Sid { get; init; }

    public required string HandleHash { get; init; }

    public int AccountId { get; init; }

    public Account? Account { get; init; }

    /// <summary>Where the person signed in; clients are told of the end by it.</summary>
    public required string Issuer { get; init; }

    public DateTimeOffset AuthTime { get; init; }

    /// <summary>Space-separated, RFC 8176.</summary>
    public required string Amr { get; init; }

    public IReadOnlyList<string> Methods => Amr.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Whether more was proved than one thing.</summary>
    public bool HasManyFactors => Methods.Contains(AuthenticationContext.ManyFactors, StringComparer.Ordinal);

    public bool Remembered { get; init; }

    public DateTimeOffset SeenAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When everything else that the account had open was ended and this session was kept.</summary>
    public DateTimeOffset? ContinuedAt { get; init; }

    /// <summary>What the browser called itself, cut short; for people only.</summary>
    public string? UserAgent { get; init; }

    /// <summary>Where it was last seen.</summary>
    public string? Address { get; init; }
}
