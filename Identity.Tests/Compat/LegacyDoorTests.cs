using Identity.Compat;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Identity.Tests.Compat;

public sealed class LegacyDoorTests
{
    [Fact]
    public async Task A_client_that_is_gone_is_no_fault()
    {
        Assert.Equal((499, 0), await PassAsync(new ConnectionResetException("-"), aborted: false));
        Assert.Equal((499, 0), await PassAsync(new OperationCanceledException(), aborted: true));
        Assert.Equal((499, 0), await PassAsync(new IOException(), aborted: true));
    }

    [Fact]
    public async Task The_same_exceptions_are_faults_while_the_client_listens()
    {
        var length = LegacyApi.CloudMind.Errors.Fault.Json.Length;
        Assert.Equal((500, length), await PassAsync(new OperationCanceledException(), aborted: false));
        Assert.Equal((500, length), await PassAsync(new IOException(), aborted: false));
        Assert.Equal((500, length), await PassAsync(new BadHttpRequestException("-"), aborted: false));
    }

    private static async Task<(int Status, long Length)> PassAsync(Exception thrown, bool aborted)
    {
        using var body = new MemoryStream();
        await using var provider = new ServiceCollection().AddLogging().AddMetrics().AddSingleton<LegacyUsage>().AddSingleton(TimeProvider.System).BuildServiceProvider();
        var http = new DefaultHttpContext { RequestServices = provider, RequestAborted = new(aborted), Response = { Body = body } };
        await LegacyDoor.Before(LegacyApi.CloudMind, new("cloudmind", "POST /"), serves: true, _ => throw thrown)(http);
        return (http.Response.StatusCode, body.Length);
    }
}
