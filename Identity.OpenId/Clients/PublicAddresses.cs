using System.Net;
using System.Net.Sockets;

namespace Identity.OpenId.Clients;

/// <summary>Which addresses are the open network's, by IANA's special-purpose registries (RFC 6890): where a stranger may send us.</summary>
public static class PublicAddresses
{
    private static readonly IPNetwork[] Special =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
            // Teredo and 6to4 carry an IPv4 address that may be anything; the others are for benchmarks and books.
            "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        }.Select(network => IPNetwork.Parse(network)),
    ];

    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    /// <summary>Whether an address is reachable for everybody.</summary>
    public static bool IsPublic(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return (plain.AddressFamily == AddressFamily.InterNetwork || GlobalUnicast.Contains(plain)) && !Array.Exists(Special, network => network.Contains(plain));
    }

    /// <summary>False for a host that says of itself that it is not: what a name leads to is known when it is asked for, and asked again then.</summary>
    public static bool MayBePublic(Uri uri) => IPAddress.TryParse(uri.IdnHost, out var address)
        ? IsPublic(address)
        : !uri.IsLoopback && uri.IdnHost.Contains('.', StringComparison.Ordinal) && !uri.IdnHost.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase) && !uri.IdnHost.EndsWith(".internal", StringComparison.OrdinalIgnoreCase);
}
