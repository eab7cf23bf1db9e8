using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Identity.Server.Pictures;

/// <summary>Serves one picture. Whatever it is, it is a picture to the browser: the type that was recognised, no guessing, and a policy under which nothing in it runs.</summary>
internal static class PictureEndpoint
{
    public static async Task<Results<FileContentHttpResult, NotFound>> HandleAsync(string name, HttpContext http, AccountPictures pictures)
    {
        if (await pictures.FindAsync(name, http.RequestAborted) is not { } picture)
        {
            return TypedResults.NotFound();
        }

        var headers = http.Response.Headers;
        // An address has one picture for ever, but one that its person took away should be gone from caches within a day.
        headers.CacheControl = "public, max-age=86400, immutable";
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        // The applications that show it live elsewhere.
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        headers["Referrer-Policy"] = "no-referrer";
        return TypedResults.File(picture.Content, picture.MediaType, entityTag: new EntityTagHeaderValue($"\"{picture.Name[..16]}\""));
    }
}
