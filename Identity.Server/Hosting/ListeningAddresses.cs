using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Identity.Server.Hosting;

/// <summary>The setting <c>urls</c>: judged before anything is made, for the web server reads it last.</summary>
internal static class ListeningAddresses
{
    public static void Check(IConfiguration configuration)
    {
        foreach (var url in (configuration["urls"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            BindingAddress address;
            try
            {
                address = BindingAddress.Parse(url);
            }
            catch (FormatException mistake)
            {
                throw Unusable(url, mistake);
            }

            if (address.Port is < 0 or > IPEndPoint.MaxPort)
            {
                throw Unusable(url, null);
            }
        }
    }

    /// <summary>A failure to listen in the operator's words; null when it is something else.</summary>
    public static SettingsException? Explain(Exception failure) => failure switch
    {
        IOException { InnerException: AddressInUseException } => new("urls: the address is in use already.", failure),
        SocketException refused => new($"urls: the address cannot be listened on ({refused.SocketErrorCode}).", failure),
        _ => null,
    };

    private static SettingsException Unusable(string url, Exception? mistake) => new($"urls: {url} is not an address to listen on, such as http://localhost:5000.", mistake!);
}
