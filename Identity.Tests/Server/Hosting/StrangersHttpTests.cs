using System.Net;
using System.Net.Sockets;
using Identity.Server.Hosting;

namespace Identity.Tests.Server.Hosting;

public sealed class StrangersHttpTests
{
    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("[::ffff:127.0.0.1]")]
    public async Task A_name_that_leads_to_this_machine_is_not_followed(string name)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new HttpClient(StrangersHttp.Handler());
        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(new Uri($"http://{name}:{((IPEndPoint)listener.LocalEndpoint).Port}/"), TestContext.Current.CancellationToken));
        Assert.Contains("no public address", failure.ToString(), StringComparison.Ordinal);
        Assert.False(listener.Pending());
    }
}
