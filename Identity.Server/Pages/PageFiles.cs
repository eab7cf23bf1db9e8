using System.Security.Cryptography;
using System.Text;
using Identity.Server.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Identity.Server.Pages;

/// <summary>What pages load from us: the one stylesheet, the one script, the brand's pictures. Part of the executable or read at start; nothing is made for a request.</summary>
internal sealed class PageFiles
{
    public const string Style = "/site.css";
    public const string Script = "/site.js";
    public const string Passkeys = "/passkeys.js";
    public const string Logo = "/brand/logo";
    public const string Background = "/brand/background";

    // The grounds of site.css, by day and by night.
    private static readonly BrandColor[] Day = [BrandColor.White, BrandColor.Parse("#f3f5f8")];
    private static readonly BrandColor[] Night = [BrandColor.Parse("#1e2227"), BrandColor.Parse("#14171b")];

    private readonly Dictionary<string, PageFile> files = new(StringComparer.Ordinal);

    public PageFiles(BrandOptions brand)
    {
        var background = BrandPicture.Read(brand.Background, Background);
        LogoPicture = BrandPicture.Read(brand.Logo, Logo);
        Add(Style, Encoding.UTF8.GetBytes(Properties(BrandColor.Parse(brand.Color), background) + Encoding.UTF8.GetString(Embedded("site.css"))), "text/css; charset=utf-8");
        Add(Script, Embedded("site.js"), "text/javascript; charset=utf-8");
        Add(Passkeys, Embedded("passkeys.js"), "text/javascript; charset=utf-8");
        Add(Logo, LogoPicture?.File ?? Embedded("logo.svg"), LogoPicture?.ContentType ?? "image/svg+xml");
        if (background?.File is { } picture)
        {
            Add(Background, picture, background.ContentType!);
        }
    }

    /// <summary>The operator's logo; null: a mark of ours at <see cref="Logo"/>, beside the name.</summary>
    public BrandPicture? LogoPicture { get; }

    /// <summary>The address of a file, with a query that changes with its content, so that a browser never mixes two versions.</summary>
    public string AddressOf(string route) => $"{route}?v={files[route].Tag.Tag.Subsegment(1, 8)}";

    public static Results<FileContentHttpResult, NotFound> Handle(HttpContext http, PageFiles all)
    {
        if (!all.files.TryGetValue(http.Request.Path.Value!, out var file))
        {
            return TypedResults.NotFound();
        }

        var headers = http.Response.Headers;
        headers.CacheControl = "public, max-age=3600";
        headers.XContentTypeOptions = "nosniff";
        // A picture that is opened by itself is a document, and SVG can hold scripts.
        headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
        return TypedResults.File(file.Content, file.ContentType, entityTag: file.Tag);
    }

    /// <summary>The brand as custom properties in front of the stylesheet, because a strict policy lets no page have styles of its own.</summary>
    private static string Properties(BrandColor brand, BrandPicture? background)
    {
        var (day, night) = (brand.ReadableOn(BrandColor.Black, Day), brand.ReadableOn(BrandColor.White, Night));
        // Relative to the stylesheet, which an issuer's path stands in front of.
        var picture = background is null ? "none" : $"url(\"{(background.File is null ? background.Uri : background.Uri[1..])}\")";
        return $":root {{ --brand: {brand}; --on-brand: {brand.Ink}; --accent-day: {day}; --accent-night: {night}; --background: {picture}; }}\n";
    }

    private void Add(string route, byte[] content, string contentType) =>
        files.Add(route, new(content, contentType, new($"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 8))}\"")));

    private static byte[] Embedded(string name)
    {
        using var stream = typeof(PageFiles).Assembly.GetManifestResourceStream(name)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    private sealed record PageFile(byte[] Content, string ContentType, EntityTagHeaderValue Tag);
}
