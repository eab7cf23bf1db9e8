using System.Security.Cryptography;
using System.Text;

namespace Identity.Server.Accounts.ForeignHashes;

/// <summary>
/// How an old system made a digest: <c>md5({salt}{password})</c>, <c>sha256({password}{salt})</c>,
/// <c>md5(md5({password}){salt})</c>. The functions are md5, sha1 and sha256; a digest inside another is hexadecimal,
/// in capitals where the function is: <c>sha1(MD5({password}))</c>. <c>{salt:hex}</c> and <c>{salt:base64}</c> decode the
/// salt first.
/// </summary>
internal sealed class DigestTemplate
{
    private const int MaxLength = 200;
    private const int MaxDepth = 4;

    private readonly Function root;

    private DigestTemplate(Function root) => this.root = root;

    private enum Field
    {
        Password,
        Salt,
        SaltInHex,
        SaltInBase64,
    }

    /// <summary>Octets of the digest.</summary>
    public int Length => root.Name switch { "md5" => 16, "sha1" => 20, _ => 32 };

    /// <summary>Whether it is made with a salt.</summary>
    public bool Salted => root.Fields.Any(part => part != Field.Password);

    /// <summary>The template behind a text; null where it is none, or leaves the password out.</summary>
    public static DigestTemplate? Read(string text)
    {
        if (text.Length > MaxLength)
        {
            return null;
        }

        // A name alone means the password alone.
        var at = 0;
        var whole = text.Contains('(', StringComparison.Ordinal) ? text : $"{text}({{password}})";
        return ReadFunction(whole, ref at, MaxDepth) is { } root && at == whole.Length && root.Fields.Contains(Field.Password) ? new(root) : null;
    }

    /// <summary>The salt's octets, as the template takes it; null where the text is not of that form.</summary>
    public byte[]? SaltOf(string text)
    {
        try
        {
            return root.Fields.Contains(Field.SaltInHex) ? Convert.FromHexString(text)
                : root.Fields.Contains(Field.SaltInBase64) ? Convert.FromBase64String(text)
                : Encoding.UTF8.GetBytes(text);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>The octets of a digest in hexadecimal, of either case, or in base64; null where it has not this function's length.</summary>
    public byte[]? DigestOf(string text)
    {
        try
        {
            var octets = text.Length == 2 * Length ? Convert.FromHexString(text) : Convert.FromBase64String(text);
            return octets.Length == Length ? octets : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    public byte[] Compute(string password, ReadOnlySpan<byte> salt) => Compute(root, Encoding.UTF8.GetBytes(password), salt.ToArray());

    public override string ToString() => root.ToString();

    private static byte[] Compute(Function function, byte[] password, byte[] salt)
    {
        byte[] input = [.. function.Parts.SelectMany(part => part switch
        {
            (Function inner, _) => Encoding.ASCII.GetBytes(inner.Capitals ? Convert.ToHexString(Compute(inner, password, salt)) : Convert.ToHexStringLower(Compute(inner, password, salt))),
            (_, Field.Password) => password,
            _ => salt,
        })];
#pragma warning disable CA5350, CA5351, CA1850 // What the old system did; it is wrapped before it lies anywhere.
        return function.Name switch { "md5" => MD5.HashData(input), "sha1" => SHA1.HashData(input), _ => SHA256.HashData(input) };
#pragma warning restore CA5350, CA5351, CA1850
    }

    private static Function? ReadFunction(string text, ref int at, int depth)
    {
        var open = text.IndexOf('(', at);
        var name = open < 0 ? "" : text[at..open];
        if (depth == 0 || name is not ("md5" or "sha1" or "sha256" or "MD5" or "SHA1" or "SHA256"))
        {
            return null;
        }

        at = open + 1;
        var parts = new List<(Function? Inner, Field Field)>();
        while (at < text.Length && text[at] != ')')
        {
            if (text[at] == '{' && text.IndexOf('}', at) is > 0 and var close && FieldOf(text[at..(close + 1)]) is { } field)
            {
                parts.Add((null, field));
                at = close + 1;
            }
            else if (ReadFunction(text, ref at, depth - 1) is { } inner)
            {
                parts.Add((inner, default));
            }
            else
            {
                return null;
            }
        }

        return at++ < text.Length && parts.Count > 0 ? new(name, parts) : null;
    }

    private static Field? FieldOf(string text) => text switch
    {
        "{password}" => Field.Password,
        "{salt}" => Field.Salt,
        "{salt:hex}" => Field.SaltInHex,
        "{salt:base64}" => Field.SaltInBase64,
        _ => null,
    };

    private sealed class Function(string name, IReadOnlyList<(Function? Inner, Field Field)> parts)
    {
        public string Name { get; } = name.ToLowerInvariant();

        public bool Capitals { get; } = char.IsAsciiLetterUpper(name[0]);

        public IReadOnlyList<(Function? Inner, Field Field)> Parts => parts;

        public IEnumerable<Field> Fields => parts.SelectMany(part => part.Inner?.Fields ?? [part.Field]);

        public override string ToString() => $"{name}({string.Concat(parts.Select(part => part.Inner?.ToString() ?? TextOf(part.Field)))})";

        private static string TextOf(Field field) => field switch { Field.Password => "{password}", Field.Salt => "{salt}", Field.SaltInHex => "{salt:hex}", _ => "{salt:base64}" };
    }
}
