using System.Text;

namespace Identity.OpenId.Device;

/// <summary>RFC 8628 §3.2.</summary>
/// <param name="DeviceCode">For the device alone.</param>
/// <param name="UserCode">To be shown.</param>
/// <param name="VerificationUri">Where the person enters it.</param>
/// <param name="VerificationUriComplete">The same with the code filled in, for a picture.</param>
/// <param name="ExpiresIn">Seconds.</param>
/// <param name="Interval">Seconds between two polls.</param>
public sealed record DeviceResponse(string DeviceCode, string UserCode, string VerificationUri, string VerificationUriComplete, int ExpiresIn, int Interval)
{
    // The generated one would print the codes.
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("ExpiresIn = ").Append(ExpiresIn);
        return true;
    }
}
