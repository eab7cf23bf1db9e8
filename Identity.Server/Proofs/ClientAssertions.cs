using Identity.OpenId.Clients;
using Identity.OpenId.Token;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Identity.Server.Proofs;

/// <summary>Checks private_key_jwt: the client's own key, our address, in time, once.</summary>
internal sealed class ClientAssertions(ClientKeys keys, ReplayMemory memory, TimeProvider clock)
{
    public async Task<bool> ProveAsync(ClientMetadata client, string assertion, IReadOnlyCollection<string> audiences, CancellationToken cancellationToken)
    {
        var known = await keys.OfAsync(client, new JsonWebToken(assertion).Kid, cancellationToken);
        return await ClientAssertion.ReadAsync(assertion, client.ClientId, audiences, known, client.IsFapi, clock.GetUtcNow()) is { } proof
            && await memory.UseAsync("client assertion", client.ClientId, proof.Id, proof.ExpiresAt, cancellationToken);
    }
}
