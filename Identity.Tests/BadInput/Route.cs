using Identity.Compat;
using Identity.Tests.Support;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;

namespace Identity.Tests.BadInput;

/// <summary>One route as the running server has it.</summary>
/// <param name="Api">The legacy API whose words it speaks, or <see cref="Tongue.People"/>; null for the protocol's.</param>
/// <param name="Method">One that it is mapped for.</param>
/// <param name="Path">One that it matches.</param>
internal sealed record Route(string? Api, string Method, string Path)
{
    /// <summary>Every route that the server maps, so that a new one is judged without anybody thinking of it.</summary>
    public static IReadOnlyList<Route> Of(IdentityHost host)
    {
        var routes = host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Select(endpoint => new Route(
                endpoint.Metadata.GetMetadata<LegacyRoute>()?.Api ?? (IsForPeople(endpoint) ? Tongue.People : null),
                endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods[0] ?? "PATCH",
                "/" + endpoint.RoutePattern.RawText!.TrimStart('/').Replace("{**rest}", "any/thing", StringComparison.Ordinal).Replace("{name}", "anything", StringComparison.Ordinal)))
            .Distinct().ToList();
        Assert.DoesNotContain(routes, route => route.Path.Contains('{', StringComparison.Ordinal));
        Assert.All((string[])["/connect/token", "/Users/Login", "/api/v1/site/refresh", "/usercenter/v1/login/Register"], known => Assert.Contains(routes, route => string.Equals(route.Path, known, StringComparison.Ordinal)));
        return routes;
    }

    private static bool IsForPeople(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<PageActionDescriptor>() is not null
        || endpoint.RoutePattern.RawText is "/connect/authorize" or "/connect/authorize/resume" or "/connect/endsession"
            or "/signin-qq" or "/signin-weixin" or "/signin-weixin-official";

    /// <summary>A complete request. Protocol routes get a client that authenticates, so that what is wrong with the body is looked at.</summary>
    public byte[] Request(string? contentType, byte[] body, string? framing = null, string? method = null) => RawHttp.Request(
        $"{method ?? Method} {Path} HTTP/1.1\nHost: localhost\nConnection: close\n{(Api is null ? $"Authorization: {BackChannel.Basic("web", IdentityHost.Secret)}\n" : "")}{(contentType is null ? "" : $"Content-Type: {contentType}\n")}{framing ?? $"Content-Length: {body.Length}"}",
        body);
}
