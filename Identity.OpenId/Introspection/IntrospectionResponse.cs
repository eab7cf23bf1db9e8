using Identity.OpenId.Tokens;

namespace Identity.OpenId.Introspection;

/// <summary>RFC 7662 §2.2. An inactive token says nothing else.</summary>
public sealed record IntrospectionResponse
{
    public static IntrospectionResponse Inactive { get; } = new() { Active = false };

    public required bool Active { get; init; }

    public string? Scope { get; init; }

    public string? ClientId { get; init; }

    /// <summary>The account's user name, where it has one.</summary>
    public string? Username { get; init; }

    public string? TokenType { get; init; }

    public long? Exp { get; init; }

    public long? Iat { get; init; }

    public string? Sub { get; init; }

    public IReadOnlyList<string>? Aud { get; init; }

    public string? Iss { get; init; }

    public string? Jti { get; init; }

    /// <summary>RFC 9470 §6.2.</summary>
    public long? AuthTime { get; init; }

    /// <summary>RFC 9470 §6.2.</summary>
    public string? Acr { get; init; }

    /// <summary>RFC 9449 §6.2.</summary>
    public Confirmation? Cnf { get; init; }

    /// <summary>RFC 8693 §4.1.</summary>
    public Actor? Act { get; init; }
}

/// <param name="Jkt">The thumbprint of the key that the token is bound to.</param>
public sealed record Confirmation(string Jkt);
