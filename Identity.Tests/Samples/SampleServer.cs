using System.Text.Json.Nodes;
using Identity.Server.Clients;
using Identity.Tests.Support;

namespace Identity.Tests.Samples;

/// <summary>The server of the quick start with its own clients, of which those with addresses are moved to the ports that the test has found.</summary>
public sealed class SampleServer : IAsyncLifetime
{
    public const string Person = "hanmeimei@example.com";
    public const string Password = "correct horse battery";

    private readonly ServerFolder folder = new();

    internal ServerProcess Process { get; private set; } = null!;

    internal string Authority => Process.Address.GetLeftPart(UriPartial.Authority);

    internal string WebApp { get; } = $"http://localhost:{SampleProcess.FreePort()}";

    internal string Spa { get; } = $"http://localhost:{SampleProcess.FreePort()}";

    /// <summary>The subject of the person whom the quick start registers.</summary>
    internal string Subject { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var file = Path.Combine(folder.Path, "ports.json");
        await File.WriteAllTextAsync(file, new JsonObject { ["Clients"] = new JsonArray([.. DemoClients.Of([DemoClients.Scope]).Where(client => client.RedirectUris.Count > 0).Select(Moved)]) }.ToJsonString());
        Process = await ServerProcess.Serve(folder, "--config", file).ReadyAsync();
        await RegisterAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        folder.Dispose();
    }

    private JsonNode Moved(Identity.OpenId.Clients.ClientMetadata client)
    {
        var json = JsonNode.Parse(client.Write().Replace("http://localhost:5001", WebApp, StringComparison.Ordinal).Replace("http://localhost:5002", Spa, StringComparison.Ordinal))!.AsObject();
        if (client.ClientSecret is { } secret)
        {
            json["client_secret"] = secret;
        }

        return json;
    }

    // As the README says it.
    private async Task RegisterAsync()
    {
        await Process.PostJsonAsync("/usercenter/v1/tools/SendEmail", new { email = Person });
        string? code = null;
        for (var poll = 0; code is null && poll < 200; poll++)
        {
            await Task.Delay(50);
            code = Directory.Exists(Path.Combine(folder.Path, "mail"))
                ? Directory.EnumerateFiles(Path.Combine(folder.Path, "mail"), "*.eml").Select(File.ReadAllText).Select(mail => System.Text.RegularExpressions.Regex.Match(mail, "Your code is (?<code>[0-9]{6})", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1))).FirstOrDefault(match => match.Success)?.Groups["code"].Value
                : null;
        }

        var registered = await Process.PostJsonAsync("/usercenter/v1/login/Register", new { email = Person, passWord = Password, nickName = "韩梅梅", code });
        Assert.Equal(200, registered.Status);
        Subject = Jwt.Payload(registered.Text("accessToken")).GetProperty("sub").GetString()!;
    }
}
