using Identity.OpenId.Errors;

namespace Identity.OpenId.Parameters;

/// <summary>
/// Reads known parameters and keeps the first mistake: one that repeats, one that is too long, one that is missing.
/// After the last read, <see cref="Error"/> is the verdict.
/// </summary>
public sealed class ParameterReader(ParameterSet parameters)
{
    public OAuthError? Error { get; private set; }

    /// <summary>The value, or null when it is absent or empty.</summary>
    /// <param name="name">A name from the protocol; it may stand in an error description, so never one from the request.</param>
    /// <param name="maxLength">In UTF-16 units.</param>
    public string? Optional(string name, int maxLength)
    {
        if (parameters.Repeats(name))
        {
            Error ??= OAuthError.InvalidRequest($"{name} must not be repeated.");
            return null;
        }

        var value = parameters.Find(name);
        if (value?.Length > maxLength)
        {
            Error ??= OAuthError.InvalidRequest($"{name} is too long.");
            return null;
        }

        return value;
    }

    /// <summary>The value; a missing one is <c>invalid_request</c> and reads as empty.</summary>
    public string Required(string name, int maxLength)
    {
        var value = Optional(name, maxLength);
        if (value is null)
        {
            Error ??= OAuthError.InvalidRequest($"{name} is missing.");
        }

        return value ?? "";
    }

    /// <summary>All values of a parameter that may repeat, RFC 8707 §2.</summary>
    public IReadOnlyList<string> Many(string name, int maxLength, int maxCount)
    {
        var values = parameters.FindAll(name);
        if (values.Count > maxCount || values.Any(value => value.Length > maxLength))
        {
            Error ??= OAuthError.InvalidRequest($"{name} is too long or repeated too often.");
            return [];
        }

        return values;
    }
}
