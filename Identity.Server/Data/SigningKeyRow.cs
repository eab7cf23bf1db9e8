namespace Identity.Server.Data;

internal sealed class SigningKeyRow
{
    public required string Kid { get; init; }

    public required string Algorithm { get; init; }

    public int Sequence { get; init; }

    public DateTimeOffset AnnouncedAt { get; init; }

    public DateTimeOffset SignsFrom { get; init; }

    /// <summary>The private key in PKCS #8, wrapped by the master key.</summary>
    public required byte[] Wrapped { get; init; }
}
