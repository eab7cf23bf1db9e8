using System.Text.Json.Serialization;

namespace Identity.OpenId.Errors;

/// <summary>A protocol refusal, RFC 6749 §5.2. It is a value: nothing throws it.</summary>
/// <param name="Error">The registered code that the client reads.</param>
/// <param name="Description">A fixed English sentence for the developer; never request data, never which check failed for whom.</param>
public sealed record OAuthError(string Error, [property: JsonPropertyName("error_description")] string? Description = null)
{
    /// <summary>A page of ours that tells a person what to do about it, RFC 6749 §5.2.</summary>
    public string? ErrorUri { get; init; }

    /// <summary>Why, for the log and for the tables of the legacy envelopes; never on the wire.</summary>
    [JsonIgnore]
    public RefusalReason Reason { get; init; }

    /// <summary>When to come back, for the Retry-After header (RFC 9110 §10.2.3); null where the answer has none.</summary>
    [JsonIgnore]
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The HTTP status that carries this code: RFC 6749 §5.2, RFC 6750 §3.1, RFC 9110 for the rest.</summary>
    [JsonIgnore]
    public int StatusCode => Error switch
    {
        "invalid_client" or "invalid_token" => 401,
        "insufficient_scope" => 403,
        "server_error" => 500,
        "temporarily_unavailable" => 503,
        _ => 400,
    };

    public static OAuthError InvalidRequest(string description) => new("invalid_request", description);

    public static OAuthError InvalidClient(string description = "Client authentication failed.") => new("invalid_client", description);

    public static OAuthError InvalidGrant(string description, RefusalReason reason = RefusalReason.None) => new("invalid_grant", description) { Reason = reason };

    public static OAuthError UnauthorizedClient(string description) => new("unauthorized_client", description);

    public static OAuthError InvalidScope(string description) => new("invalid_scope", description);

    public static OAuthError InvalidToken(string description, RefusalReason reason = RefusalReason.None) => new("invalid_token", description) { Reason = reason };

    public static OAuthError InsufficientScope(string description) => new("insufficient_scope", description);

    public static OAuthError TemporarilyUnavailable(string description, RefusalReason reason, TimeSpan retryAfter) =>
        new("temporarily_unavailable", description) { Reason = reason, RetryAfter = retryAfter };

    public static OAuthError UnsupportedGrantType { get; } = new("unsupported_grant_type", "The grant type is not supported.");

    public static OAuthError UnsupportedTokenType { get; } = new("unsupported_token_type", "Tokens of this type cannot be revoked here.");

    public static OAuthError ServerError { get; } = new("server_error", "The server met an unexpected condition.");
}
