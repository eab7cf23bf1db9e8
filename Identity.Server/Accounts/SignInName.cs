using System.Globalization;
using System.Text;

namespace Identity.Server.Accounts;

/// <summary>
/// The names that a person signs in with: user name, e-mail, phone number. Each has a normal form, and the three
/// shapes cannot overlap, so nobody can register another person's e-mail or number as a user name.
/// </summary>
internal sealed record SignInName(string Kind, string Normal)
{
    public const string UserName = "user_name";
    public const string Email = "email";
    public const string PhoneNumber = "phone_number";

    private const int MaxLength = 256;

    /// <summary>What was typed at a door, whatever kind it is. Null when no account can have it.</summary>
    public static SignInName? Read(string presented)
    {
        // Folded first: the kind is that of the name, and a full-width @ or digit is one.
        var text = (Fold(presented) ?? "").Trim();
        return text.Contains('@', StringComparison.Ordinal) ? OfEmail(text) : OfPhoneNumber(text) ?? OfUserName(text);
    }

    /// <summary>What to look up for what was typed. An old system may have let people have names that nobody can take today, so any text is looked up; null is what no database holds as text.</summary>
    public static string? Key(string presented) =>
        Read(presented)?.Normal ?? (presented.Any(char.IsControl) ? null : Fold(presented)?.Trim());

    /// <summary>
    /// 1 to 64 letters, digits, <c>.</c>, <c>_</c> or <c>-</c> of any script, compared without regard to case and width.
    /// Not all digits, and no <c>@</c> or <c>+</c>: those are the other two kinds.
    /// </summary>
    public static SignInName? OfUserName(string text)
    {
        if (Fold(text) is not { Length: >= 1 and <= 64 } folded)
        {
            return null;
        }

        var allowed = folded.EnumerateRunes().All(rune => Rune.IsLetterOrDigit(rune) || rune.Value is '.' or '_' or '-' || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark);
        return allowed && !folded.EnumerateRunes().All(Rune.IsDigit) ? new(UserName, folded) : null;
    }

    /// <summary>One <c>@</c> with something on both sides, no spaces or controls, at most 254 characters (RFC 5321 §4.5.3.1.3).</summary>
    public static SignInName? OfEmail(string text)
    {
        if (Fold(text) is not { Length: <= 254 } folded || folded.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '<' or '>' or '"' or ',' or ';' or ':' or '\\' or '(' or ')' or '[' or ']'))
        {
            return null;
        }

        var at = folded.IndexOf('@', StringComparison.Ordinal);
        return at is > 0 and <= 64 && at == folded.LastIndexOf('@') && IsDomain(folded.AsSpan(at + 1)) && !HasEmptyPart(folded.AsSpan(0, at)) ? new(Email, folded) : null;
    }

    /// <summary>E.164: <c>+</c> and 8 to 15 digits. Eleven bare digits that begin with 1 are a Chinese mobile number.</summary>
    public static SignInName? OfPhoneNumber(string text)
    {
        var digits = text.StartsWith('+') ? text[1..] : text;
        if (digits.Length == 0 || !digits.All(char.IsAsciiDigit))
        {
            return null;
        }

        return (text[0] == '+', digits.Length) switch
        {
            (true, >= 8 and <= 15) when digits[0] != '0' => new(PhoneNumber, text),
            (false, 11) when digits[0] == '1' => new(PhoneNumber, $"+86{digits}"),
            _ => null,
        };
    }

    private static bool IsDomain(ReadOnlySpan<char> domain) =>
        domain.Length > 0 && !HasEmptyPart(domain) && domain.IndexOfAnyExcept("-.") >= 0
        && domain.ToString().All(c => char.IsLetterOrDigit(c) || c is '-' or '.');

    private static bool HasEmptyPart(ReadOnlySpan<char> dotted) =>
        dotted[0] == '.' || dotted[^1] == '.' || dotted.Contains("..", StringComparison.Ordinal);

    // Compatibility forms first: full-width digits and letters are the same name to a person.
    private static string? Fold(string text)
    {
        if (text.Length > MaxLength)
        {
            return null;
        }

        try
        {
            return text.Normalize(NormalizationForm.FormKC).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            // Half a surrogate pair is no text.
            return null;
        }
    }
}
