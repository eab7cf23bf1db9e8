using Identity.Server.Accounts;
using Identity.Server.Hosting;
using Microsoft.AspNetCore.Identity;

namespace Identity.Server.Passkeys;

/// <summary>What this server is to authenticators (WebAuthn §4): an identifier that each passkey is bound to, and the one origin whose pages may use them.</summary>
/// <param name="issuer">Whose host it is, unless the setting says otherwise.</param>
/// <param name="options">The setting.</param>
internal sealed class RelyingParty(IssuerSetting issuer, AccountsOptions options)
{
    /// <summary>What the person is to have done at the authenticator, at every ceremony: a passkey stands for two factors here.</summary>
    private const string Required = "required";

    /// <summary>Whether browsers let passkeys be used here: over https, or on a host that is their own machine, and never by a bare address.</summary>
    public bool Serves(HttpRequest request) =>
        Uri.TryCreate(issuer.For(request), UriKind.Absolute, out var uri) && uri.HostNameType == UriHostNameType.Dns
        && (string.Equals(uri.Scheme, Uri.UriSchemeHttps, StringComparison.Ordinal) || uri.IsLoopback);

    /// <summary>For the framework's handler.</summary>
    public IdentityPasskeyOptions Options() => new()
    {
        // Null where no issuer is configured: then it is the host that the request names.
        ServerDomain = Id,
        UserVerificationRequirement = Required,
        ResidentKeyRequirement = Required,
        AttestationConveyancePreference = "none",
        // The default asks the Origin header, which no-referrer makes "null".
        ValidateOrigin = ceremony => ValueTask.FromResult(
            ceremony is { CrossOrigin: false, TopOrigin: null } && string.Equals(ceremony.Origin, Origin(ceremony.HttpContext.Request), StringComparison.Ordinal)),
    };

    /// <summary>WebAuthn §5.1.2: a registrable domain suffix of the origin's host, or equal to it.</summary>
    public IEnumerable<string> Mistakes()
    {
        if (options.Passkeys.RelyingPartyId is { Length: > 0 } id && Host is { } host && !string.Equals(host, id, StringComparison.Ordinal) && !(id.Contains('.', StringComparison.Ordinal) && host.EndsWith($".{id}", StringComparison.Ordinal)))
        {
            yield return $"Passkeys:RelyingPartyId must be {host}, the host of the issuer, or a domain above it.";
        }
    }

    private string? Id => options.Passkeys.RelyingPartyId is { Length: > 0 } id ? id : Host;

    // As browsers write it: punycode.
    private string? Host => issuer.Configured is { } configured ? new Uri(configured).IdnHost : null;

    private string? Origin(HttpRequest request) =>
        Uri.TryCreate(issuer.For(request), UriKind.Absolute, out var uri) ? $"{uri.Scheme}://{uri.IdnHost}{(uri.IsDefaultPort ? "" : $":{uri.Port}")}" : null;
}
