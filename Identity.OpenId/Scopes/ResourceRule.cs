using Identity.OpenId.Errors;

namespace Identity.OpenId.Scopes;

/// <summary>Which resources a token is for, RFC 8707 §2.</summary>
public static class ResourceRule
{
    /// <summary>§2.2: those that are asked for, if all of them were granted; without a wish, what was granted. Null for all that the scopes belong to.</summary>
    /// <param name="requested">Of this request.</param>
    /// <param name="granted">Of the request that began it; null when it named none.</param>
    /// <param name="ofScopes">What the scopes belong to.</param>
    public static Result<Resources> Narrow(IReadOnlyList<string> requested, IReadOnlyList<string>? granted, IReadOnlyCollection<string> ofScopes)
    {
        IReadOnlyCollection<string> possible = granted ?? ofScopes;
        return requested.All(resource => possible.Contains(resource, StringComparer.Ordinal))
            ? new Resources(requested.Count > 0 ? requested : granted)
            : InvalidTarget;
    }

    public static OAuthError InvalidTarget { get; } = new("invalid_target", "A resource is unknown, or was not granted, or none of the scopes belongs to it.");
}

/// <param name="Names">Null for all that the scopes belong to.</param>
public readonly record struct Resources(IReadOnlyList<string>? Names);
