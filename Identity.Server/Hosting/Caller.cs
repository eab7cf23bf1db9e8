using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Localization;

namespace Identity.Server.Hosting;

/// <summary>What a request says about where it comes from and where it arrived, once the proxies are taken off.</summary>
/// <param name="Issuer">The issuer identifier that answers it.</param>
/// <param name="Address">The client's address, for people and logs.</param>
/// <param name="Network">What the throttle counts by: an IPv4 address, or the /64 of an IPv6 one, of which a single subscriber has 2^64.</param>
internal sealed record Caller(string Issuer, string Address, string Network)
{
    /// <summary>What the caller reads: the language of the page that was asked for, elsewhere the Accept-Language header (RFC 9110 §12.5.4) as it came.</summary>
    public string? Languages { get; init; }

    public static Caller Of(HttpContext http) => new(
        http.RequestServices.GetRequiredService<IssuerSetting>().For(http.Request),
        Normal(http.Connection.RemoteIpAddress).ToString(),
        NetworkOf(http.Connection.RemoteIpAddress))
    {
        Languages = http.Features.Get<IRequestCultureFeature>()?.RequestCulture.UICulture.Name ?? http.Request.Headers.AcceptLanguage.ToString(),
    };

    internal static string NetworkOf(IPAddress? address)
    {
        var normal = Normal(address);
        if (normal.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return normal.ToString();
        }

        var octets = normal.GetAddressBytes();
        octets.AsSpan(8).Clear();
        return $"{new IPAddress(octets)}/64";
    }

    // A dual-stack socket shows IPv4 peers as ::ffff:a.b.c.d.
    private static IPAddress Normal(IPAddress? address) =>
        address is null ? IPAddress.None : address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
