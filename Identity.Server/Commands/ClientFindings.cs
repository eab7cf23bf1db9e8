using Identity.OpenId.Authorize;
using Identity.OpenId.Clients;
using Identity.OpenId.Token;
using Identity.Server.Clients;

namespace Identity.Server.Commands;

/// <summary>What the doctor says of one registration. Rules have grown since some rows were written, and a rule cannot forbid everything that is unwise.</summary>
internal static class ClientFindings
{
    private const int LeastSecretLength = 32;

    private static readonly string[] Guesses = ["secret", "password", "changeme", "change-me", "client_secret", "client-secret", "123456", "12345678", "test", "admin", "default", DemoClients.Secret];

    /// <param name="client">The registration as it is stored.</param>
    /// <param name="secret">Its secret in clear, where the configuration has it.</param>
    /// <param name="production">Whether what is fine on a desk is not fine here.</param>
    /// <param name="now">For secrets that end.</param>
    public static IEnumerable<Finding> Of(ClientMetadata client, string? secret, bool production, DateTimeOffset now)
    {
        var about = $"client {client.ClientId}";
        var grave = production ? Grade.Failure : Grade.Warning;
        if (client.IsInternal)
        {
            yield break;
        }

        if (Array.Exists(client.ClientSecretHashes.ToArray(), hash => Guesses.Append(client.ClientId).Any(guess => string.Equals(hash.Hash, SecretHasher.Hash(guess), StringComparison.Ordinal))))
        {
            yield return new(about, grave, "Its secret is one that anybody would try.", "Give it another: identity clients rotate-secret, or client_secret in the configuration.");
        }
        else if (secret is { Length: < LeastSecretLength })
        {
            yield return new(about, grave, $"Its secret has {secret.Length} characters.", $"Give it {LeastSecretLength} or more that a machine made; identity clients rotate-secret makes one.");
        }

        var ends = client.ClientSecretHashes.Select(hash => hash.ExpiresAt ?? long.MaxValue).DefaultIfEmpty(long.MaxValue).Max();
        if (ends <= now.ToUnixTimeSeconds())
        {
            yield return Finding.Bad(about, "All of its secrets have expired.", "identity clients rotate-secret, and give the new one to the client.");
        }
        else if (ends < now.AddDays(14).ToUnixTimeSeconds())
        {
            yield return Finding.Mind(about, $"Its last secret expires at {DateTimeOffset.FromUnixTimeSeconds(ends):u}.", "identity clients rotate-secret, and give the new one to the client.");
        }

        foreach (var uri in client.RedirectUris.Concat(client.PostLogoutRedirectUris))
        {
            if (RedirectUri.Mistake(uri, client.IsNative) is { } mistake)
            {
                yield return Finding.Bad(about, $"The redirect URI {uri} {mistake}.", "Register every address in full; no part of one can be left open.");
            }
            else if (Uri.TryCreate(uri, UriKind.Absolute, out var parsed) && parsed is { Scheme: "https" or "http", IsLoopback: false, AbsolutePath: "/", Query: "" })
            {
                yield return Finding.Mind(about, $"The redirect URI {uri} is the root of a site.", "Register the one address that takes the answer: an open redirector or a script on the start page would see every code.");
            }
            else if (production && !client.IsNative && parsed is { IsLoopback: true })
            {
                yield return Finding.Mind(about, $"The redirect URI {uri} is a developer's machine.", "Take it out of this registration, or register the client as application_type native.");
            }
        }

        if (client.IsPublic && client.MayUse(GrantTypes.Password))
        {
            yield return Finding.Mind(about, "A public client has the password grant: whoever knows its client_id can try passwords in its name.", "Move it to authorization_code with PKCE, or give it a secret if it runs on a server.");
        }

        if (client.MayUse(GrantTypes.AuthorizationCode) && !client.RequirePkce)
        {
            yield return Finding.Mind(about, "PKCE is not required of it.", "Set require_pkce as soon as the client can do it.");
        }

        if (client.IsPublic && client.MayUse(GrantTypes.RefreshToken) && !client.RotateRefreshTokens)
        {
            yield return Finding.Mind(about, "A public client keeps one refresh token: a stolen one is never noticed.", "Set rotate_refresh_tokens.");
        }

        if (client.AccessTokenLifetime > TimeSpan.FromDays(1) && client.AccessTokenFormat is "jwt")
        {
            yield return Finding.Mind(about, $"Its access tokens live {client.AccessTokenLifetime}: resource servers see a revocation that late.", "Shorten access_token_lifetime, or set access_token_format to reference.");
        }

        foreach (var origin in client.CorsOrigins.Where(origin => production && origin.StartsWith("http://", StringComparison.Ordinal)))
        {
            yield return Finding.Mind(about, $"Scripts of {origin} may call us over plain http pages.", "Serve the page over https and register that origin.");
        }

        if (production && client.ClientId is "demo")
        {
            yield return Finding.Mind(about, "It has the name of the demonstration client.", "If nobody uses it, remove it.");
        }
    }
}
