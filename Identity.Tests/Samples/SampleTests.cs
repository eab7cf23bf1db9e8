using System.Text.Json;
using Identity.Tests.Browsing;
using Identity.Tests.Interop;
using Identity.Tests.Support;
using Microsoft.Playwright;

namespace Identity.Tests.Samples;

/// <summary>Each program of <c>samples/</c> does what its README says, against the server of the quick start.</summary>
[Collection(InChromium.Name)]
public sealed class SampleTests(SampleServer server, ChromiumFixture chromium) : IClassFixture<SampleServer>
{
    [Fact]
    public async Task WebApp_signs_in_refreshes_and_signs_out()
    {
        await using var sample = SampleProcess.Start("WebApp", $"--urls={server.WebApp}", $"--Authority={server.Authority}");
        await sample.SaysAsync("Now listening");
        using var browser = new Browser(new Uri(server.Authority), also: new Uri(server.WebApp));
        var page = await browser.SignInAsync(await browser.OpenAsync($"{server.WebApp}/sign-in"), SampleServer.Person);
        page = await browser.SubmitAsync(page, "Allow");
        Assert.Equal($"韩梅梅 ({server.Subject})", page.Document.QuerySelector("#who")?.TextContent);
        var until = page.Document.QuerySelector("#until")!.TextContent;
        page = await browser.SubmitAsync(page, "Refresh");
        Assert.Equal($"韩梅梅 ({server.Subject})", page.Document.QuerySelector("#who")?.TextContent);
        Assert.NotEqual(until, page.Document.QuerySelector("#until")!.TextContent);
        page = await browser.SubmitAsync(page, "Sign out");
        Assert.Equal(new Uri($"{server.WebApp}/"), page.Address);
        // The server's session is over too.
        Assert.Equal("Sign in", (await browser.OpenAsync($"{server.WebApp}/sign-in")).Heading);
    }

    [Fact]
    public async Task Spa_signs_in_renews_and_signs_out()
    {
        Node.Need("oidc-client-ts");
        await using var sample = SampleProcess.Run("node", ["Spa/server.mjs"], ("PORT", new Uri(server.Spa).Port.ToString(System.Globalization.CultureInfo.InvariantCulture)), ("AUTHORITY", server.Authority), ("NODE_PATH", Node.Packages));
        await sample.SaysAsync("The application is at");
        await using var window = await chromium.OpenAsync();
        await window.Page.GotoAsync($"{server.Spa}/");
        await WhoAsync(window, "nobody");
        await window.Button("Sign in").ClickAsync();
        await window.SignInAsync(SampleServer.Person);
        await window.ArriveAsync("Allow access?");
        await window.Button("Allow").ClickAsync();
        await WhoAsync(window, $"韩梅梅 ({server.Subject})");
        await window.Button("Renew").ClickAsync();
        await WhoAsync(window, $"韩梅梅 ({server.Subject})");
        await window.Button("Sign out").ClickAsync();
        await WhoAsync(window, "nobody");
        await window.CloseAsync();
    }

    [Fact]
    public async Task ResourceApi_takes_new_and_old_tokens_and_Service_gets_one()
    {
        var api = $"http://localhost:{SampleProcess.FreePort()}";
        await using var sample = SampleProcess.Start("ResourceApi", $"--urls={api}", $"--Authority={server.Authority}");
        await sample.SaysAsync("Now listening");
        await using var service = SampleProcess.Start("Service", server.Authority, api);
        var said = await service.EndAsync();
        Assert.Contains("urn:sample:notes", said, StringComparison.Ordinal);
        Assert.Contains("""200 {"sub":"sample-service","client":"sample-service","notes":["Buy milk."]}""", said, StringComparison.Ordinal);

        var old = await server.Process.PostJsonAsync("/Users/Login", new { Account = SampleServer.Person, SampleServer.Password });
        var token = old.Json.GetProperty("ResultObj").GetProperty("AccessToken").GetString()!;
        using var http = new HttpClient { BaseAddress = new Uri(api) };
        Assert.Equal(server.Subject, JsonElement.Parse(await GetAsync(http, "/old/notes", ("AccessToken", token), 200)).GetProperty("sub").GetString());
        // Neither is the other's, and a token without the scope is not enough.
        await GetAsync(http, "/notes", ("Authorization", $"Bearer {token}"), 401);
        await GetAsync(http, "/notes", ("X", "y"), 401);
        var demo = await server.Process.PostAsync("/connect/token", [("grant_type", "client_credentials")]);
        await GetAsync(http, "/notes", ("Authorization", $"Bearer {demo.AccessToken}"), 401);
    }

    [Fact]
    public async Task Device_shows_a_code_and_is_let_in()
    {
        await using var sample = SampleProcess.Start("Device", server.Authority);
        var said = await sample.SaysAsync("or open ");
        var link = new Uri(said[(said.IndexOf("or open ", StringComparison.Ordinal) + "or open ".Length)..].Trim());
        using var browser = new Browser(new Uri(server.Authority));
        var page = await browser.SignInAsync(await browser.OpenAsync(link.PathAndQuery), SampleServer.Person);
        await browser.SubmitAsync(await browser.SubmitAsync(page, "Continue"), "Allow");
        Assert.Contains(server.Subject, await sample.EndAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dotnet")]
    [InlineData("node")]
    [InlineData("python3")]
    public async Task LegacyClients_are_one_person_at_three_doors(string language)
    {
        string[] arguments = [server.Authority, SampleServer.Person, SampleServer.Password];
        await using var sample = language switch
        {
            "node" => SampleProcess.Run("node", ["LegacyClients/client.mjs", .. arguments]),
            "python3" => SampleProcess.Run("python3", ["LegacyClients/client.py", .. arguments]),
            _ => SampleProcess.Start("LegacyClients", arguments),
        };
        Assert.Equal(
            [$"CloudMind: {server.Subject}", $"NLECloud: {server.Subject}", $"RageFrame: {server.Subject}"],
            (await sample.EndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    private static Task WhoAsync(Window window, string who) => Assertions.Expect(window.Page.Locator("#who")).ToHaveTextAsync(who);

    private static async Task<string> GetAsync(HttpClient http, string path, (string Name, string Value) header, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation(header.Name, header.Value);
        using var answer = await http.SendAsync(request);
        Assert.Equal(status, (int)answer.StatusCode);
        return await answer.Content.ReadAsStringAsync();
    }
}
