using System.Text;
using System.Text.Json;
using Identity.Tests.Support;

namespace Identity.Tests.Processes;

/// <summary><c>identity compat usage</c>, as an operator types it beside a server that serves and after it stopped.</summary>
[Collection(OneAtATime.Name)]
public sealed class CompatUsageTests : IDisposable
{
    private readonly ServerFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task An_operator_sees_who_called_which_route_and_when()
    {
        await using (var server = await ServerProcess.Serve(folder).ReadyAsync())
        {
            for (var i = 0; i < 3; i++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, "/Users/Login") { Content = new StringContent("""{"Account":"nobody","Password":"x"}""", Encoding.UTF8, "application/json") };
                request.Headers.TryAddWithoutValidation("User-Agent", "okhttp/3.12.0");
                using var response = await server.Http.SendAsync(request);
            }

            // It keeps at the latest what was counted when it stops.
            server.Terminate();
            Assert.Equal(0, await server.EndAsync());
        }

        var (exit, output, error) = await ServerProcess.RunAsync(folder, ["compat", "usage", "--environment=Development"]);
        Assert.Equal((0, ""), (exit, error));
        Assert.Matches("(?m)^API +ROUTE / CLIENT +OUTCOME +CALLS  LAST CALLED \\(UTC\\)$", output);
        Assert.Matches("(?m)^nlecloud +POST /Users/Login +3  20[0-9]{2}-[0-9-]+T[0-9:]+Z$", output);
        Assert.Matches("(?m)^ +okhttp/3.12.0 +401 +3  20[0-9]{2}-[0-9-]+T[0-9:]+Z$", output);
        Assert.Matches("(?m)^nlecloud +GET /Users/ApiKey +0  never$", output);

        (exit, output, _) = await ServerProcess.RunAsync(folder, ["compat", "usage", "--json", "--environment=Development"]);
        Assert.Equal(0, exit);
        var login = JsonElement.Parse(output).EnumerateArray().Single(route => route.GetProperty("route").GetString() == "POST /Users/Login");
        Assert.Equal(3, login.GetProperty("calls").GetInt32());

        (exit, _, error) = await ServerProcess.RunAsync(folder, ["compat", "usage", "--environment=Development", "--jsno"]);
        Assert.Equal((78, "--jsno has no value. Settings are written --Name=value.\n"), (exit, error));
    }
}
