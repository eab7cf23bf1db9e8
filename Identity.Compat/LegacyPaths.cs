using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Identity.Compat;

/// <summary>Some clients join a base address that ends in a slash with a path that begins with one.</summary>
public static partial class LegacyPaths
{
    /// <summary>Collapses repeated slashes in paths of the legacy APIs and in no others. It stands before UseRouting.</summary>
    public static void UseLegacyPaths(this IApplicationBuilder app, CompatOptions options)
    {
        string[] roots =
        [
            .. LegacyApi.CloudMind.PrefixesOf(options.CloudMind).Select(prefix => prefix + LegacyApi.CloudMind.Root),
            .. LegacyApi.NleCloud.PrefixesOf(options.NleCloud).Select(prefix => prefix + LegacyApi.NleCloud.Root),
            .. LegacyApi.RageFrame.PrefixesOf(options.RageFrame).Select(prefix => prefix + LegacyApi.RageFrame.Root),
        ];
        app.Use((http, next) =>
        {
            if (http.Request.Path.Value is { } path && path.Contains("//", StringComparison.Ordinal))
            {
                var collapsed = new PathString(Slashes().Replace(path, "/"));
                if (Array.Exists(roots, root => collapsed.StartsWithSegments(root, StringComparison.OrdinalIgnoreCase)))
                {
                    http.Request.Path = collapsed;
                }
            }

            return next(http);
        });
    }

    [GeneratedRegex("/{2,}", RegexOptions.NonBacktracking)]
    private static partial Regex Slashes();
}
