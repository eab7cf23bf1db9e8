using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Identity.Compat.LegacyTokens;

/// <summary>
/// The server's metadata and keys, kept for an hour and fetched again when a token names a key that they do not have. The library's own
/// ConfigurationManager fetches in the background, so that the first token under a new key would be refused.
/// </summary>
internal sealed class AuthorityKeys(string authority, string metadataAddress, HttpClient backchannel, bool requireHttps, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    // Anybody can name a key that does not exist; that must not become a flood of fetches.
    private static readonly TimeSpan LeastPause = TimeSpan.FromSeconds(30);

    private readonly HttpDocumentRetriever documents = new(backchannel) { RequireHttps = requireHttps };
    private readonly SemaphoreSlim gate = new(1);
    private OpenIdConnectConfiguration? known;
    private DateTimeOffset triedAt = DateTimeOffset.MinValue;
    private DateTimeOffset fetchedAt = DateTimeOffset.MinValue;

    /// <summary>The newest configuration that a token needs.</summary>
    /// <param name="keyId">The key that it names.</param>
    /// <param name="cancellationToken">The request's.</param>
    /// <exception cref="AuthorityUnavailableException">The server never answered.</exception>
    public async Task<OpenIdConnectConfiguration> GetAsync(string? keyId, CancellationToken cancellationToken)
    {
        if (known is { } current && Suffices(current, keyId))
        {
            return current;
        }

        await gate.WaitAsync(cancellationToken);
        try
        {
            if (known is { } meanwhile && Suffices(meanwhile, keyId))
            {
                return meanwhile;
            }

            triedAt = clock.GetUtcNow();
            var fetched = await OpenIdConnectConfigurationRetriever.GetAsync(metadataAddress, documents, cancellationToken);
            if (!string.Equals(fetched.Issuer, authority, StringComparison.Ordinal))
            {
                throw new AuthorityUnavailableException("The metadata is that of another issuer.");
            }

            (known, fetchedAt) = (fetched, triedAt);
            return fetched;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            // Old keys are better than none: the server may be away for a while.
            return known ?? throw new AuthorityUnavailableException("The server's metadata or keys could not be read.", failure);
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose() => gate.Dispose();

    private bool Suffices(OpenIdConnectConfiguration configuration, string? keyId)
    {
        var now = clock.GetUtcNow();
        return now - triedAt < LeastPause
            || (now - fetchedAt < Lifetime && (keyId is null || configuration.SigningKeys.Any(key => string.Equals(key.KeyId, keyId, StringComparison.Ordinal))));
    }
}

/// <summary>The server could not be asked: nobody's token is at fault.</summary>
internal sealed class AuthorityUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
