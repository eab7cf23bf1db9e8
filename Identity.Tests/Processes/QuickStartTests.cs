using System.Diagnostics;
using System.Globalization;
using Identity.Tests.Support;

namespace Identity.Tests.Processes;

/// <summary>From an empty folder to a token without any configuration. Prints how long it took where IDENTITY_TEST_MEASURE is set; a busy machine proves nothing, so nothing is asserted about it.</summary>
[Collection(OneAtATime.Name)]
public sealed class QuickStartTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_fresh_folder_gives_a_token_and_the_second_start_goes_on_from_the_first()
    {
        using var folder = new ServerFolder();
        var first = await MeasureAsync(folder, "first start to first token");
        Assert.Equal(first, await MeasureAsync(folder, "second start to first token"));
    }

    private async Task<string> MeasureAsync(ServerFolder folder, string what)
    {
        var watch = Stopwatch.StartNew();
        await using var server = await ServerProcess.Serve(folder).ReadyAsync();
        var answer = await server.PostAsync("/connect/token", [("grant_type", "client_credentials")]);
        Assert.True(answer.Status == 200, answer.Body);
        if (Environment.GetEnvironmentVariable("IDENTITY_TEST_MEASURE") is { Length: > 0 })
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {watch.ElapsedMilliseconds} ms"));
        }

        var kid = Jwt.Header(answer.AccessToken).GetProperty("kid").GetString()!;
        server.Terminate();
        Assert.Equal(0, await server.EndAsync());
        return kid;
    }
}
