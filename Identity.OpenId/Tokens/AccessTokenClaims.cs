using System.Text.Json;
using Identity.OpenId.Scopes;

namespace Identity.OpenId.Tokens;

/// <summary>The claims of a JWT access token, RFC 9068 §2.2.</summary>
public sealed record AccessTokenClaims
{
    /// <summary>The JOSE header type, §2.1.</summary>
    public const string Type = "at+jwt";

    public required string Issuer { get; init; }

    /// <summary>The account's subject, or the client_id where no person is there.</summary>
    public required string Subject { get; init; }

    public required IReadOnlyList<string> Audience { get; init; }

    public required string ClientId { get; init; }

    public required DateTimeOffset IssuedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public required TokenId Id { get; init; }

    public ScopeSet Scope { get; init; } = ScopeSet.Empty;

    /// <summary>When the person signed in; absent where none is there.</summary>
    public DateTimeOffset? AuthTime { get; init; }

    /// <summary>The <c>acr</c> of the sign-in, §2.2.1; null when there is no name for it.</summary>
    public string? AuthenticationContext { get; init; }

    /// <summary>How the person signed in, §2.2.1 and RFC 8176.</summary>
    public IReadOnlyList<string> AuthenticationMethods { get; init; } = [];

    /// <summary>A claim of a legacy API that carries its number for the account: <c>jwtUserId</c>.</summary>
    public (string Name, int Value)? Number { get; init; }

    /// <summary>The key that whoever uses the token must prove, RFC 9449 §6.1.</summary>
    public string? KeyThumbprint { get; init; }

    /// <summary>Who uses it for the subject, RFC 8693 §4.1.</summary>
    public Actor? Actor { get; init; }

    /// <summary>The JWT payload.</summary>
    public string ToJson() => JsonText.Write(writer =>
    {
        writer.WriteString("iss", Issuer);
        writer.WriteString("sub", Subject);
        JsonText.WriteAudience(writer, Audience);
        writer.WriteString("client_id", ClientId);
        writer.WriteNumber("iat", IssuedAt.ToUnixTimeSeconds());
        writer.WriteNumber("exp", ExpiresAt.ToUnixTimeSeconds());
        writer.WriteString("jti", Id.Text);
        if (Scope.Count > 0)
        {
            writer.WriteString("scope", Scope.ToString());
        }

        if (AuthTime is { } authTime)
        {
            writer.WriteNumber("auth_time", authTime.ToUnixTimeSeconds());
        }

        if (AuthenticationContext is not null)
        {
            writer.WriteString("acr", AuthenticationContext);
        }

        if (AuthenticationMethods.Count > 0)
        {
            JsonText.WriteTexts(writer, "amr", AuthenticationMethods);
        }

        if (KeyThumbprint is not null)
        {
            writer.WriteStartObject("cnf");
            writer.WriteString("jkt", KeyThumbprint);
            writer.WriteEndObject();
        }

        Actor?.Write(writer);
        if (Number is { } number)
        {
            writer.WriteNumber(number.Name, number.Value);
        }
    });

    /// <summary>Reads what <see cref="ToJson"/> wrote; null when a required claim is missing or of another type.</summary>
    public static AccessTokenClaims? Read(JsonElement payload)
    {
        if (payload.Text("iss") is not { } issuer || payload.Text("sub") is not { } subject || payload.Text("client_id") is not { } clientId
            || payload.Texts("aud") is not { Count: > 0 } audience || payload.Instant("iat") is not { } issuedAt || payload.Instant("exp") is not { } expiresAt
            || TokenId.Read(payload.Text("jti")) is not { } id || !ScopeSet.Parse(payload.Text("scope")).Succeeded(out var scope, out _))
        {
            return null;
        }

        return new AccessTokenClaims
        {
            Issuer = issuer,
            Subject = subject,
            Audience = audience,
            ClientId = clientId,
            IssuedAt = issuedAt,
            ExpiresAt = expiresAt,
            Id = id,
            Scope = scope,
            AuthTime = payload.Instant("auth_time"),
            AuthenticationContext = payload.Text("acr"),
            AuthenticationMethods = payload.Texts("amr"),
            Actor = Actor.Read(payload),
            KeyThumbprint = payload.TryGetProperty("cnf", out var confirmation) && confirmation.ValueKind == JsonValueKind.Object ? confirmation.Text("jkt") : null,
        };
    }
}
