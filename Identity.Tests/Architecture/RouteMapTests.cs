using System.Text.RegularExpressions;
using Identity.Tests.Support;
using Microsoft.AspNetCore.Routing;

namespace Identity.Tests.Architecture;

/// <summary>docs/map.md is held against the routes that the server really has and the files that really stand there.</summary>
public sealed partial class RouteMapTests(IdentityHost host) : IClassFixture<IdentityHost>
{
    private static readonly string Map = File.ReadAllText(Path.Combine(Repository.Root, "docs", "map.md"));

    [Fact]
    public void Every_route_is_on_the_map_and_every_route_of_the_map_exists()
    {
        var real = host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Select(endpoint => $"{Methods(endpoint)} /{endpoint.RoutePattern.RawText!.TrimStart('/')}");
        var mapped = Rows().SelectMany(row => row.Groups["path"].Value.Split(", ").Select(path => $"{row.Groups["methods"].Value} {path}"));
        Assert.Equal(real.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal), mapped.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_file_on_the_map_stands_where_it_says()
    {
        var missing = Rows().Select(row => row.Groups["file"].Value).Where(file => !File.Exists(Path.Combine(Repository.Root, file)));
        Assert.Empty(missing);
    }

    private static string Methods(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IHttpMethodMetadata>() is { HttpMethods.Count: > 0 } methods ? string.Join(", ", methods.HttpMethods.Order(StringComparer.Ordinal)) : "any";

    private static MatchCollection Rows() => Row().Matches(Map);


    [GeneratedRegex(@"^\| (?<methods>any|[A-Z][A-Z, ]*) \| `(?<path>/[^`]*)` \|[^|]*\| `(?<file>Identity\.[^`]+)` \|", RegexOptions.Multiline, 1000)]
    private static partial Regex Row();
}
