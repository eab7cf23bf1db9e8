using System.Buffers.Binary;
using System.Buffers.Text;
using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Identity.Tests.Support;

/// <summary>A browser and its authenticator in one (WebAuthn §6), with one passkey of ES256. What a real pair would not do is a property of it.</summary>
internal sealed class SoftAuthenticator(string origin) : IDisposable
{
    private ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public byte[] Id { get; set; } = RandomNumberGenerator.GetBytes(32);

    public string CredentialId => Base64Url.EncodeToString(Id);

    public string Origin { get; set; } = origin;

    public string RelyingPartyId { get; set; } = "localhost";

    /// <summary>As the page wants it, unless a test says otherwise.</summary>
    public string? Type { get; set; }

    public bool? CrossOrigin { get; set; }

    /// <summary>Whether the person touched it, and whether it asked for more than a touch.</summary>
    public bool Present { get; set; } = true;

    public bool Verified { get; set; } = true;

    /// <summary>Whether the passkey may be copied to other devices of its person.</summary>
    public bool BackupEligible { get; set; }

    /// <summary>What it says next.</summary>
    public uint Count { get; set; } = 1;

    /// <summary>By how much it counts; 0 for those that do not.</summary>
    public uint Step { get; set; } = 1;

    /// <summary>Whose it is; known from the first ceremony on.</summary>
    public string UserHandle { get; set; } = "";

    /// <summary>Another key under the same name.</summary>
    public void ChangeKey()
    {
        key.Dispose();
        key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    }

    /// <summary>navigator.credentials.create().</summary>
    public string Create(string options)
    {
        var asked = JsonNode.Parse(options)!;
        UserHandle = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(asked["user"]!["id"]!.GetValue<string>()));
        var point = key.ExportParameters(false).Q;
        var cose = new CborWriter();
        cose.WriteStartMap(5);
        foreach (var (label, value) in new (int, object)[] { (1, 2), (3, -7), (-1, 1), (-2, point.X!), (-3, point.Y!) })
        {
            cose.WriteInt32(label);
            if (value is byte[] octets)
            {
                cose.WriteByteString(octets);
            }
            else
            {
                cose.WriteInt32((int)value);
            }
        }

        cose.WriteEndMap();
        byte[] length = [(byte)(Id.Length >> 8), (byte)Id.Length];
        byte[] data = [.. AuthenticatorData(0x40), .. new byte[16], .. length, .. Id, .. cose.Encode()];
        var attestation = new CborWriter();
        attestation.WriteStartMap(3);
        attestation.WriteTextString("fmt");
        attestation.WriteTextString("none");
        attestation.WriteTextString("attStmt");
        attestation.WriteStartMap(0);
        attestation.WriteEndMap();
        attestation.WriteTextString("authData");
        attestation.WriteByteString(data);
        attestation.WriteEndMap();
        return Answer(new JsonObject
        {
            ["clientDataJSON"] = Text(ClientData("webauthn.create", asked)),
            ["attestationObject"] = Text(attestation.Encode()),
            ["transports"] = new JsonArray("internal", "hybrid"),
        });
    }

    /// <summary>navigator.credentials.get().</summary>
    public string Get(string options)
    {
        var (client, data) = (ClientData("webauthn.get", JsonNode.Parse(options)!), AuthenticatorData(0));
        return Answer(new JsonObject
        {
            ["clientDataJSON"] = Text(client),
            ["authenticatorData"] = Text(data),
            ["signature"] = Text(key.SignData([.. data, .. SHA256.HashData(client)], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)),
            ["userHandle"] = Text(Encoding.UTF8.GetBytes(UserHandle)),
        });
    }

    public void Dispose() => key.Dispose();

    private string Answer(JsonObject response) => new JsonObject
    {
        ["id"] = CredentialId,
        ["rawId"] = CredentialId,
        ["type"] = "public-key",
        ["clientExtensionResults"] = new JsonObject(),
        ["response"] = response,
    }.ToJsonString();

    private byte[] ClientData(string type, JsonNode options)
    {
        var data = new JsonObject { ["type"] = Type ?? type, ["challenge"] = options["challenge"]!.GetValue<string>(), ["origin"] = Origin };
        if (CrossOrigin is { } cross)
        {
            data["crossOrigin"] = cross;
        }

        return Encoding.UTF8.GetBytes(data.ToJsonString());
    }

    // WebAuthn §6.1: the hash of the relying party, flags, counter.
    private byte[] AuthenticatorData(int more)
    {
        var data = new byte[37];
        SHA256.HashData(Encoding.UTF8.GetBytes(RelyingPartyId), data);
        data[32] = (byte)(more | (Present ? 0x01 : 0) | (Verified ? 0x04 : 0) | (BackupEligible ? 0x08 : 0));
        BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(33), Count);
        Count += Step;
        return data;
    }

    private static string Text(byte[] octets) => Base64Url.EncodeToString(octets);
}
