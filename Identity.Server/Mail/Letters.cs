using Identity.Server.Hosting;
using Identity.Server.Languages;

namespace Identity.Server.Mail;

/// <summary>The letters that we write, each in the words of its reader's language.</summary>
internal sealed class Letters(BrandOptions brand)
{
    /// <summary>A code that proves the mailbox.</summary>
    /// <param name="to">The mailbox.</param>
    /// <param name="code">Six digits.</param>
    /// <param name="languages">What the reader reads, as in Accept-Language; where it names none of ours the letter speaks all.</param>
    public Letter Code(string to, string code, string? languages) => Write(to, languages, Words.Key("{0} is your code"), [code], words => new(
        words.Tag,
        words["Your code is"],
        [words["It is good for ten minutes and for one use. If you did not ask for it, ignore this mail."]],
        code,
        PlainLead: words["Your code is {0}", code]));

    /// <summary>For whoever wants to register a mailbox that has an account; the page says the same as for any other, and only the mailbox's owner learns this.</summary>
    /// <param name="issuer">Where our pages are.</param>
    public Letter AddressTaken(string to, string issuer, string? languages) => Write(to, languages, Words.Key("You already have an account"), [], words => new(
        words.Tag,
        words["Somebody, probably you, wants to register this e-mail address with {0}. There is an account with it already.", brand.Name],
        [words["To sign in, use your password. If you have forgotten it, set a new one here. If it was not you, ignore this mail: nothing has happened."]],
        Link: $"{issuer}/forgot"));

    /// <summary>For the owner of a mailbox that another account wants to have.</summary>
    public Letter AddressWanted(string to, string? languages) => Write(to, languages, Words.Key("Your e-mail address is in use already"), [], words => new(
        words.Tag,
        words["Somebody, probably you, wants to use this e-mail address for another account with {0}. It belongs to an account already.", brand.Name],
        [words["If you want to move it, give the account that has it another address first. If it was not you, ignore this mail: nothing has happened."]]));

    /// <summary>The last letter.</summary>
    /// <param name="address">From where it was done; null for an operator.</param>
    public Letter AccountDeleted(string to, DateTimeOffset at, string? address, string? languages) => Write(to, languages, Words.Key("Your account was deleted"), [], words => new(
        words.Tag,
        words["Your account with {0} was deleted, with everything that belonged to it.", brand.Name],
        [
            words["When: {0}", words.Instant(at)],
            address is null ? words["It was done by an operator of {0}.", brand.Name] : words["From: {0}", address],
            words["If it was not you, please tell whoever runs {0}.", brand.Name],
        ]));

    /// <summary>For whoever asks for a new password of a mailbox that has no account.</summary>
    public Letter NoAccount(string to, string issuer, string? languages) => Write(to, languages, Words.Key("There is no account with this address"), [], words => new(
        words.Tag,
        words["Somebody, probably you, asked {0} for a new password for this e-mail address. There is no account with it.", brand.Name],
        [words["You may have registered another address. If it was not you, ignore this mail: nothing has happened."]],
        Link: $"{issuer}/sign-in"));

    /// <summary>Tells a person of an important change that an operator made.</summary>
    public Letter OperatorsNotice(string to, string subject, string sentence, object?[] values, DateTimeOffset at, string? languages) => Write(to, languages, subject, [], words => new(
        words.Tag,
        words[sentence, values],
        [
            words["When: {0}", words.Instant(at)],
            words["It was done by an operator of {0}.", brand.Name],
            words["If you did not ask for it, please tell whoever runs {0}.", brand.Name],
        ]));

    /// <summary>Tells a person of an important change.</summary>
    public Letter Notice(string to, string subject, string sentence, object?[] values, DateTimeOffset at, string address, string issuer, string? languages) => Write(to, languages, subject, [], words => new(
        words.Tag,
        words[sentence, values],
        [
            words["When: {0}", words.Instant(at)],
            words["From: {0}", address],
            words["If it was you, there is nothing to do. If it was not, set a new password now: that ends everything that is signed in."],
        ],
        Link: $"{issuer}/forgot"));

    private Letter Write(string to, string? languages, string subject, object?[] values, Func<Words, LetterText> text)
    {
        // English last: its text is the plain one.
        var tags = SupportedLanguages.FirstAccepted(languages) is { } known ? [known] : SupportedLanguages.Tags.Reverse().ToList();
        return new(to, Words.In(tags[^1])[subject, values], brand.Name, [.. tags.Select(tag => text(Words.In(tag)))]);
    }
}
