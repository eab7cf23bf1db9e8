using System.Net;
using Microsoft.AspNetCore.HttpOverrides;

namespace Identity.Server.Hosting;

/// <summary>Finds the client behind the configured proxies: the rightmost hop that is none of them.</summary>
internal static partial class ForwardedClient
{
    public static void UseForwardedClient(this IApplicationBuilder app, HostingOptions options)
    {
        var forwarding = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = null };
        forwarding.KnownProxies.Clear();
        forwarding.KnownIPNetworks.Clear();
        foreach (var proxy in options.KnownProxies)
        {
            if (IPAddress.TryParse(proxy, out var address))
            {
                forwarding.KnownProxies.Add(address);
            }
            else
            {
                forwarding.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(proxy));
            }
        }

        if (options.KnownProxies.Count > 0)
        {
            app.UseForwardedHeaders(forwarding);
        }

        var logger = app.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ForwardedClient).FullName!);
        var warned = 0;
        app.Use((http, next) =>
        {
            // What the middleware believed, it took out of the header; the rest came from a peer that nobody configured.
            if (warned == 0 && http.Request.Headers.ContainsKey("X-Forwarded-For") && !http.Request.Headers.ContainsKey("X-Original-For") && Interlocked.Exchange(ref warned, 1) == 0)
            {
                UnknownProxy(logger, http.Connection.RemoteIpAddress);
            }

            return next(http);
        });
    }

    [LoggerMessage(1101, LogLevel.Warning, "A forwarded header from {Peer} was ignored: the peer is not one of Hosting:KnownProxies. This is said once.")]
    private static partial void UnknownProxy(ILogger logger, IPAddress? peer);
}
