using System.Net;

namespace Identity.Server.Hosting;

/// <summary>Section <c>Hosting</c>.</summary>
internal sealed class HostingOptions
{
    /// <summary>Addresses or networks (CIDR) of the reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed. Default: none.</summary>
    public IList<string> KnownProxies { get; } = [];

    /// <summary>Serve protocol endpoints over plain http in Production too: loopback benchmarks, a trusted mesh. Default false.</summary>
    public bool AllowInsecureHttp { get; set; }

    /// <summary>How long a server that was told to stop goes on answering with its readiness red, so that a balancer has time to look elsewhere. Default none.</summary>
    public TimeSpan ShutdownDelay { get; set; }

    public IEnumerable<string> Mistakes()
    {
        if (KnownProxies.Any(proxy => !IPAddress.TryParse(proxy, out _) && !IPNetwork.TryParse(proxy, out _)))
        {
            yield return "KnownProxies must hold IP addresses or networks such as 10.0.0.0/8.";
        }

        if (ShutdownDelay < TimeSpan.Zero || ShutdownDelay > TimeSpan.FromMinutes(5))
        {
            yield return "ShutdownDelay must be between zero and five minutes.";
        }
    }
}

/// <summary>The root setting <c>Issuer</c>.</summary>
/// <param name="Configured">Null in Development means: whatever host the request names.</param>
internal sealed record IssuerSetting(string? Configured)
{
    /// <summary>OpenID Connect Discovery §3: an https URL without query and fragment. Development may use http.</summary>
    public static IssuerSetting Read(IConfiguration configuration, HostingOptions hosting, bool production)
    {
        var text = configuration["Issuer"];
        if (string.IsNullOrEmpty(text))
        {
            return production ? throw new SettingsException("Issuer is missing: Production needs the server's public https URL.") : new IssuerSetting((string?)null);
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http") || text.Contains('?', StringComparison.Ordinal) || text.Contains('#', StringComparison.Ordinal) || text.EndsWith('/'))
        {
            throw new SettingsException("Issuer must be an absolute URL without query, fragment or a slash at the end.");
        }

        if (production && !string.Equals(uri.Scheme, "https", StringComparison.Ordinal) && !hosting.AllowInsecureHttp)
        {
            throw new SettingsException("Issuer must begin with https:// in Production.");
        }

        return new IssuerSetting(text);
    }

    /// <summary>The issuer's path, under which everything is served too; empty for most.</summary>
    public string Path => Configured is null ? "" : new Uri(Configured).AbsolutePath.TrimEnd('/');

    public bool IsHttps => Configured?.StartsWith("https://", StringComparison.Ordinal) ?? false;

    public string For(HttpRequest request) => Configured ?? $"{request.Scheme}://{request.Host}{request.PathBase}";
}
