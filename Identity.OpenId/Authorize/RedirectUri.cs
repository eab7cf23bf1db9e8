namespace Identity.OpenId.Authorize;

/// <summary>Where an answer may go: character by character what was registered (RFC 9700 §4.1.3), with the one exception of RFC 8252 §7.3.</summary>
public static class RedirectUri
{
    /// <summary>Longer ones are not redirect URIs of anybody.</summary>
    public const int MaxLength = 2048;

    private static readonly string[] Loopbacks = ["http://127.0.0.1", "http://[::1]"];

    /// <summary>Whether a presented URI is one of the registered ones. The port of a loopback address is free for native applications, because the system hands it out at run time.</summary>
    public static bool Matches(IEnumerable<string> registered, string presented, bool native) =>
        registered.Any(one => string.Equals(one, presented, StringComparison.Ordinal)
            || (native && WithoutPort(one) is { } fixedPart && string.Equals(fixedPart, WithoutPort(presented), StringComparison.Ordinal)));

    /// <summary>What is wrong with a URI that is to be registered; null when nothing is.</summary>
    public static string? Mistake(string uri, bool native)
    {
        if (uri.Length > MaxLength || uri.Any(c => c is <= ' ' or >= '\x7F' or '\\' or '*' or '"' or '<' or '>') || !Uri.TryCreate(uri, UriKind.Absolute, out var parsed))
        {
            return "must be an absolute URI without spaces, wildcards or characters beyond ASCII";
        }

        if (uri.Contains('#', StringComparison.Ordinal))
        {
            return "must not have a fragment (RFC 6749 §3.1.2)";
        }

        if (parsed.UserInfo.Length > 0 || uri.Contains("/../", StringComparison.Ordinal) || uri.EndsWith("/..", StringComparison.Ordinal))
        {
            return "must have neither user information nor dot segments";
        }

        return parsed.Scheme switch
        {
            "https" => null,
            "http" when parsed.IsLoopback => null,
            "http" => "must be https",
            "javascript" or "data" or "file" or "vbscript" or "blob" or "about" => "must not have this scheme",
            // RFC 8252 §7.1: a private scheme is a reversed domain name, so that two applications do not take the same one.
            _ when native && parsed.Scheme.Contains('.', StringComparison.Ordinal) => null,
            _ => "must be https, or for application_type native a scheme with a dot in it (RFC 8252 §7.1)",
        };
    }

    // "http://127.0.0.1:51004/callback?x" -> "http://127.0.0.1/callback?x"; null for anything else.
    private static string? WithoutPort(string uri)
    {
        if (Array.Find(Loopbacks, loopback => uri.StartsWith(loopback, StringComparison.Ordinal)) is not { } host)
        {
            return null;
        }

        var rest = uri.AsSpan(host.Length);
        if (rest.StartsWith(":"))
        {
            var end = rest[1..].IndexOfAnyExceptInRange('0', '9');
            var digits = end < 0 ? rest.Length - 1 : end;
            if (!ushort.TryParse(rest.Slice(1, digits), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var port) || port == 0)
            {
                return null;
            }

            rest = rest[(digits + 1)..];
        }

        // What follows the authority must be a path, or "http://127.0.0.1.evil" would pass.
        return rest.Length == 0 || rest[0] is '/' or '?' ? $"{host}{rest}" : null;
    }
}
