using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Identity.Server.Pages;

/// <summary>The one stylesheet, part of the executable.</summary>
internal static class StyleSheet
{
    private static readonly byte[] Text = Read();

    private static readonly EntityTagHeaderValue Tag = new($"\"{Convert.ToHexStringLower(SHA256.HashData(Text).AsSpan(0, 8))}\"");

    public static FileContentHttpResult Handle(HttpContext http)
    {
        http.Response.Headers.CacheControl = "public, max-age=3600";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.File(Text, "text/css; charset=utf-8", entityTag: Tag);
    }

    private static byte[] Read()
    {
        using var stream = typeof(StyleSheet).Assembly.GetManifestResourceStream("site.css")!;
        var text = new byte[stream.Length];
        stream.ReadExactly(text);
        return text;
    }
}
