using System.Buffers.Text;
using Identity.OpenId.Clients;
using Identity.OpenId.Scopes;

namespace Identity.Server.Clients;

/// <summary>A client in the snapshot: its registration, with what a request needs of it worked out beforehand.</summary>
internal sealed class RegisteredClient(ClientMetadata metadata)
{
    public ClientMetadata Metadata => metadata;

    public string ClientId => metadata.ClientId;

    /// <summary>What it may ask for.</summary>
    public ScopeSet Scopes { get; } = metadata.Scopes();

    /// <summary>SHA-256 of each secret, and the Unix second from which it is void.</summary>
    public IReadOnlyList<(byte[] Hash, long ExpiresAt)> Secrets { get; } =
        [.. metadata.ClientSecretHashes.Select(secret => (Base64Url.DecodeFromChars(secret.Hash), secret.ExpiresAt ?? long.MaxValue))];
}
