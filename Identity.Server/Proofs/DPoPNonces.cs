using System.Security.Cryptography;
using System.Text;
using Identity.Server.Keys;

namespace Identity.Server.Proofs;

/// <summary>
/// Nonces for proofs, RFC 9449 §8: a keyed name of the present two minutes, so that every node knows every node's and none
/// is stored. A proof that carries one was made just now, whatever its sender's clock says.
/// </summary>
internal sealed class DPoPNonces(RootKeys roots, TimeProvider clock)
{
    private const int Seconds = 120;

    public string Current => At(0);

    /// <summary>This one, the one before, and the one that a node whose clock is ahead has begun already.</summary>
    public bool IsGood(string nonce) =>
        new[] { 0, -1, 1 }.Aggregate(false, (good, step) => good | CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(nonce), Encoding.UTF8.GetBytes(At(step))));

    private string At(int step) => roots.Lookup("dpop nonce", ((clock.GetUtcNow().ToUnixTimeSeconds() / Seconds) + step).ToString(System.Globalization.CultureInfo.InvariantCulture));
}
