using System.Net;
using System.Net.Sockets;
using Identity.OpenId.Clients;

namespace Identity.Server.Hosting;

/// <summary>
/// How the server goes where a client that registered itself sends it: to public addresses and nowhere else, decided by the address
/// that the connection is made to, so that a name which leads elsewhere a moment later gains nothing (decision 0026).
/// </summary>
internal static class StrangersHttp
{
    public const string Name = "addresses of strangers";

    // No redirects: what one would lead to is not what was registered. No proxy: it would connect in our place, and to anything.
    public static SocketsHttpHandler Handler() => new() { AllowAutoRedirect = false, UseCookies = false, UseProxy = false, ConnectCallback = ConnectAsync };

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var target = context.DnsEndPoint;
        var allowed = Array.FindAll(await Dns.GetHostAddressesAsync(target.Host, cancellationToken), PublicAddresses.IsPublic);
        if (allowed.Length == 0)
        {
            throw new HttpRequestException($"{target.Host} has no public address.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, target.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
