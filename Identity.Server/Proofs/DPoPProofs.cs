using Identity.OpenId.Clients;
using Identity.OpenId.Errors;
using Identity.OpenId.Proofs;
using Identity.Server.Hosting;

namespace Identity.Server.Proofs;

/// <summary>The only place where possession of a key is proved, RFC 9449 §4.3: the proof itself, our nonce, once.</summary>
internal sealed class DPoPProofs(DPoPNonces nonces, ReplayMemory memory, TimeProvider clock)
{
    private const string Header = "DPoP";

    private static readonly OAuthError Wrong = new("invalid_dpop_proof", "The DPoP proof is not valid for this request.");

    /// <summary>Reads the header of a request to <paramref name="path"/>; whoever sends proofs is told the nonce for the next one (§8.2).</summary>
    public PresentedProof Of(HttpContext http, string path)
    {
        var present = http.Request.Headers.TryGetValue(Header, out var text);
        if (present)
        {
            http.Response.Headers["DPoP-Nonce"] = nonces.Current;
        }

        return new(present ? text.ToString() : null, http.Request.Method, Caller.Of(http).Issuer + path);
    }

    /// <summary>The thumbprint of the proved key; null without a proof, unless the client has to bring one.</summary>
    /// <param name="presented">As it came.</param>
    /// <param name="accessToken">The token that it must be about, at a protected resource.</param>
    /// <param name="client">Proved already, so that no stranger fills the memory.</param>
    /// <param name="cancellationToken">The request's.</param>
    public async Task<(string? Thumbprint, OAuthError? Error)> CheckAsync(PresentedProof presented, string? accessToken, ClientMetadata client, CancellationToken cancellationToken)
    {
        if (presented.Text is null)
        {
            return (null, null);
        }

        if (DPoPProof.Read(presented.Text, presented.Method, presented.Url, accessToken, clock.GetUtcNow()) is not { } proof)
        {
            return (null, Wrong);
        }

        if (proof.Nonce is null ? client.RequireDpopNonce : !nonces.IsGood(proof.Nonce))
        {
            return (null, new OAuthError("use_dpop_nonce", "The DPoP proof must carry the nonce of the DPoP-Nonce header."));
        }

        // Last: what is refused uses up nothing.
        return await memory.UseAsync("dpop proof", proof.Thumbprint, proof.Id, proof.IssuedAt + DPoPProof.Window, cancellationToken) ? (proof.Thumbprint, null) : (null, Wrong);
    }
}
