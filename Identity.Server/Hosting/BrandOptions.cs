using System.Text.RegularExpressions;

namespace Identity.Server.Hosting;

/// <summary>Section <c>Brand</c>: whose pages and mails these are.</summary>
internal sealed partial class BrandOptions
{
    /// <summary>What people call the place where they sign in. Default <c>CloudMind Identity</c>.</summary>
    public string Name { get; set; } = "CloudMind Identity";

    /// <summary>Of buttons; what is written on it and beside it is made readable (WCAG 2.2, AA). Default <c>#1f5fbf</c>.</summary>
    public string Color { get; set; } = "#1f5fbf";

    /// <summary>An https URL or a file (.svg, .png, .jpg, .webp, at most 256 KB); absent: the name beside a mark of ours.</summary>
    public string? Logo { get; set; }

    /// <summary>Behind everything, as <see cref="Logo"/> (at most 2 MB); absent: a plain colour.</summary>
    public string? Background { get; set; }

    /// <summary>Who answers for the pages; at the foot of each.</summary>
    public string? ImprintUri { get; set; }

    /// <summary>The privacy policy.</summary>
    public string? PolicyUri { get; set; }

    /// <summary>The terms of service.</summary>
    public string? TosUri { get; set; }

    public IEnumerable<string> Mistakes()
    {
        if (string.IsNullOrWhiteSpace(Name) || Name.Length > 64 || Name.Any(char.IsControl))
        {
            yield return "Name must have 1 to 64 characters.";
        }

        if (!Hexadecimal().IsMatch(Color))
        {
            yield return "Color must be written as #rrggbb, such as #1f5fbf.";
        }

        foreach (var (key, uri) in new[] { (nameof(ImprintUri), ImprintUri), (nameof(PolicyUri), PolicyUri), (nameof(TosUri), TosUri) })
        {
            if (!string.IsNullOrEmpty(uri) && !(Uri.TryCreate(uri, UriKind.Absolute, out var parsed) && parsed.Scheme is "https" or "http"))
            {
                yield return $"{key} must be an absolute URL.";
            }
        }

        foreach (var (key, picture, limit) in new[] { (nameof(Logo), Logo, BrandPicture.LargestLogo), (nameof(Background), Background, BrandPicture.LargestBackground) })
        {
            if (BrandPicture.Mistake(picture, limit) is { } mistake)
            {
                yield return $"{key} {mistake}";
            }
        }
    }

    [GeneratedRegex("^#[0-9a-fA-F]{6}$", RegexOptions.None, 1000)]
    private static partial Regex Hexadecimal();
}
