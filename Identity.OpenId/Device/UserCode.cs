namespace Identity.OpenId.Device;

/// <summary>What a person reads from one screen and types into another, RFC 8628 §6.1.</summary>
public static class UserCode
{
    /// <summary>No vowels, so that no word comes of it, and no two letters that are taken for each other. 20^8 codes are 34 bits.</summary>
    public const string Letters = "BCDFGHJKLMNPQRSTVWXZ";

    public const int Length = 8;

    /// <summary>In two halves, as it is shown: <c>WDJB-MJHT</c>.</summary>
    public static string Show(string code) => $"{code[..(Length / 2)]}-{code[(Length / 2)..]}";

    /// <summary>The code in a text that a person typed: in any case, with any punctuation, in the wide letters of an input method. Null for everything else.</summary>
    public static string? Read(string? typed)
    {
        if (typed is null or { Length: > 64 })
        {
            return null;
        }

        var letters = typed.Select(c => char.ToUpperInvariant(c is >= '\uFF01' and <= '\uFF5E' ? (char)(c - 0xFEE0) : c))
            .Where(c => !char.IsWhiteSpace(c) && !char.IsPunctuation(c)).ToArray();
        return letters.Length == Length && Array.TrueForAll(letters, c => Letters.Contains(c, StringComparison.Ordinal)) ? new string(letters) : null;
    }
}
