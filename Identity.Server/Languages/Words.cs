using System.Globalization;
using System.Resources;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Html;

namespace Identity.Server.Languages;

/// <summary>
/// What people read, in one language. The English sentence is the key and stands where it is used; another language is one file,
/// <c>Words.TAG.resx</c>. On the framework's resources and not on its IStringLocalizer, which knows no other language than that
/// of the request, while a mail is in the language of its reader.
/// </summary>
internal sealed class Words
{
    private static readonly ResourceManager Resources = new(typeof(Words));

    private readonly CultureInfo culture;

    private Words(CultureInfo culture) => this.culture = culture;

    /// <summary>In the language that was chosen for the request (<see cref="SupportedLanguages"/>).</summary>
    public static Words Current => new(CultureInfo.CurrentUICulture);

    /// <summary>The language's tag, BCP 47: <c>en</c>, <c>zh-CN</c>.</summary>
    public string Tag => culture.Name;

    public static Words In(string tag) => new(CultureInfo.GetCultureInfo(tag));

    /// <summary>Marks a sentence that is kept in a table and looked up later, so that the test finds it.</summary>
    public static string Key(string english) => english;

    public string this[string english] => Resources.GetString(english, culture) is { Length: > 0 } known ? known : english;

    public string this[string english, params object?[] values] => string.Format(culture, this[english], values);

    /// <summary>A sentence about a number, as many as <c>{0}</c>: English has two forms, Chinese one (both keys have it).</summary>
    public string Count(long number, string one, string many) => this[number == 1 ? one : many, number];

    /// <summary>The day, in UTC.</summary>
    public string Date(DateTimeOffset instant) => this["{0:MMMM d, yyyy}", instant.UtcDateTime];

    /// <summary>Day and time, in UTC and saying so.</summary>
    public string Instant(DateTimeOffset instant) => this["{0:MMMM d, yyyy, HH:mm} UTC", instant.UtcDateTime];

    /// <summary>A sentence whose values are set off; everything in it is encoded.</summary>
    public IHtmlContent Strong(string english, params string[] values)
    {
        var encoder = HtmlEncoder.Create(System.Text.Unicode.UnicodeRanges.All);
        return new HtmlString(string.Format(culture, encoder.Encode(this[english]), [.. values.Select(value => $"<strong>{encoder.Encode(value)}</strong>")]));
    }
}
