namespace Identity.Server.Hosting;

/// <summary>A picture of the brand: somewhere else, or a file that is read once and served by us.</summary>
/// <param name="Uri">Where a browser finds it.</param>
/// <param name="File">Its content, where it is ours to serve.</param>
/// <param name="ContentType">Of the file.</param>
internal sealed record BrandPicture(string Uri, byte[]? File = null, string? ContentType = null)
{
    public const int LargestLogo = 256 * 1024;
    public const int LargestBackground = 2 * 1024 * 1024;

    private static readonly (string Ending, string ContentType)[] Types =
    [
        (".svg", "image/svg+xml"), (".png", "image/png"), (".jpg", "image/jpeg"), (".jpeg", "image/jpeg"), (".webp", "image/webp"), (".avif", "image/avif"),
    ];

    /// <summary>What is wrong with a setting, or null.</summary>
    public static string? Mistake(string? setting, int limit)
    {
        if (string.IsNullOrEmpty(setting) || IsUrl(setting))
        {
            return null;
        }

        if (setting.Contains("://", StringComparison.Ordinal))
        {
            return "must be an https URL or a file.";
        }

        if (TypeOf(setting) is null)
        {
            return "must be a picture: .svg, .png, .jpg, .webp or .avif.";
        }

        var file = new FileInfo(setting);
        return !file.Exists ? "names a file that does not exist." : file.Length > limit ? $"is a file of more than {limit / 1024} KB." : null;
    }

    /// <summary>A setting that has no mistake.</summary>
    /// <param name="setting">The URL or the file.</param>
    /// <param name="route">Where a file is served.</param>
    public static BrandPicture? Read(string? setting, string route) => string.IsNullOrEmpty(setting)
        ? null
        : IsUrl(setting) ? new(new Uri(setting).AbsoluteUri) : new(route, System.IO.File.ReadAllBytes(setting), TypeOf(setting));

    private static bool IsUrl(string setting) => System.Uri.TryCreate(setting, UriKind.Absolute, out var uri) && string.Equals(uri.Scheme, "https", StringComparison.Ordinal);

    private static string? TypeOf(string file) => Array.Find(Types, type => file.EndsWith(type.Ending, StringComparison.OrdinalIgnoreCase)).ContentType;
}
