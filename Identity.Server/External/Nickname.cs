using System.Globalization;
using System.Text;

namespace Identity.Server.External;

/// <summary>A nickname as a stranger chose it, made fit to stand beside others.</summary>
internal static class Nickname
{
    private const int MaxLength = 64;
    private const int ZeroWidthJoiner = 0x200D;

    // What WeChat says of everybody who told nothing.
    private const string Nobody = "微信用户";

    /// <summary>Without controls, direction marks, private characters and broken pairs; at most 64 UTF-16 units, cut between characters. Null when nothing is left.</summary>
    public static string? Clean(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var kept = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            if (Rune.IsWhiteSpace(rune) || category is UnicodeCategory.Control)
            {
                if (kept.Length > 0 && kept[^1] != ' ')
                {
                    kept.Append(' ');
                }
            }
            else if (rune != Rune.ReplacementChar && (category is not (UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned) || rune.Value == ZeroWidthJoiner))
            {
                kept.Append(rune.ToString());
            }
        }

        var cut = new StringBuilder();
        var elements = StringInfo.GetTextElementEnumerator(kept.ToString().Trim());
        while (elements.MoveNext() && cut.Length + elements.GetTextElement().Length <= MaxLength)
        {
            cut.Append(elements.GetTextElement());
        }

        var clean = cut.ToString().Trim();
        return clean.Length == 0 || clean.All(c => c == ZeroWidthJoiner) || string.Equals(clean, Nobody, StringComparison.Ordinal) ? null : clean;
    }
}
