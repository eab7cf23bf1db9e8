using System.Collections.Frozen;
using System.Text;
using Identity.Server.Hosting;

namespace Identity.Server.Accounts;

/// <summary>
/// What a new password must be, NIST SP 800-63B §5.1.1.2: long enough, and nothing that is tried first. No rule says which signs it
/// has. The one place for every door that takes a new password; old passwords still sign in.
/// </summary>
/// <remarks>
/// The list is the part of eight signs and more of the passwords that zxcvbn counts as the most frequent (Dropbox, MIT licence),
/// with some that are frequent among people who write Chinese.
/// </remarks>
internal sealed class PasswordRule(AccountsOptions options, BrandOptions brand)
{
    private const int MaxLength = 128;
    private const string List = "common-passwords.txt";

    /// <summary>Fewer different signs than this are a pattern, however long it is.</summary>
    private const int FewestSigns = 4;

    private static readonly Lazy<FrozenSet<string>> Common = new(Read);

    /// <summary>What is wrong with a password.</summary>
    /// <param name="password">In clear.</param>
    /// <param name="names">What a guesser knows of the person: the names that they sign in with.</param>
    public AccountMistake Check(string password, params IEnumerable<string?> names)
    {
        // Signs as people count them, and not as they are encoded.
        if (password.EnumerateRunes().Count() < options.PasswordMinLength || password.Length > MaxLength)
        {
            return AccountMistake.WeakPassword;
        }

        var plain = Plain(password);
        return plain.EnumerateRunes().Distinct().Count() < FewestSigns
            || Common.Value.Contains(plain)
            || names.Append(brand.Name).OfType<string>().SelectMany(name => new[] { name, name.Split('@')[0] }).Any(name => string.Equals(Plain(name), plain, StringComparison.Ordinal))
            ? AccountMistake.CommonPassword
            : AccountMistake.None;
    }

    // What guessers try without thinking of it: other letters of the same kind, full-width digits, blanks.
    private static string Plain(string text) => string.Concat(Well(text).Normalize(NormalizationForm.FormKC).ToLowerInvariant().Where(sign => !char.IsWhiteSpace(sign)));

    // A lone half of a surrogate pair has no normal form.
    private static string Well(string text) => string.Concat(text.EnumerateRunes());

    private static FrozenSet<string> Read()
    {
        using var list = new StreamReader(typeof(PasswordRule).Assembly.GetManifestResourceStream(List)!);
        return list.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
    }
}
