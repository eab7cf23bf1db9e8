using System.Text;

namespace Identity.OpenId.Token;

/// <summary>A successful token response, RFC 6749 §5.1.</summary>
public sealed record TokenResponse
{
    public required string AccessToken { get; init; }

    public string TokenType { get; init; } = "Bearer";

    /// <summary>Lifetime of the access token in seconds.</summary>
    public required long ExpiresIn { get; init; }

    public string? RefreshToken { get; init; }

    /// <summary>OpenID Connect Core §3.1.3.3; present when the scope has <c>openid</c>.</summary>
    public string? IdToken { get; init; }

    public string? Scope { get; init; }

    /// <summary>RFC 8693 §2.2.1; for that grant only.</summary>
    public string? IssuedTokenType { get; init; }

    // The generated one would print the tokens.
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("ExpiresIn = ").Append(ExpiresIn).Append(", Scope = ").Append(Scope);
        return true;
    }
}
