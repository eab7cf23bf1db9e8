using Identity.Server;
using Identity.Server.External;
using Identity.Server.Hosting;
using Microsoft.Extensions.Configuration;

namespace Identity.Tests.External;

/// <summary>Section <c>External</c>: a mistake is one sentence that names the setting, and never the secret.</summary>
public sealed class ExternalSettingsTests : IDisposable
{
    private const string Kinds = "Website, OfficialAccount, MobileApp, MiniProgram";
    private const string Good = "--External:WeChat:Apps:0:Name=a --External:WeChat:Apps:0:Kind=Website --External:WeChat:Apps:0:AppId=wx1 --External:WeChat:Apps:0:AppSecret=a-very-secret-secret";

    private readonly string folder = Directory.CreateTempSubdirectory("identity-test-").FullName;

    public static TheoryData<string, string> Wrong => new()
    {
        { "--External:Timeout=00:01:00", "External:Timeout must be between 00:00:00.1 and 00:00:30." },
        { "--External:Timeout=soon", "External:Timeout has a value of the wrong type." },
        { "--External:QQ:GraphUrl=graph.qq.com", "External:QQ:GraphUrl must be an absolute URL without query, fragment or a slash at the end." },
        { "--External:WeChat:ApiUrl=https://api.weixin.qq.com/", "External:WeChat:ApiUrl must be an absolute URL without query, fragment or a slash at the end." },
        { "--External:WeChat:OpenUrl=https://x?a=b", "External:WeChat:OpenUrl must be an absolute URL without query, fragment or a slash at the end." },
        { "--External:WeChat:Apps:0=a", "External:WeChat:Apps:0 must be an object." },
        { "--External:WeChat:Apps:0:Kind=Website", "External:WeChat:Apps:0:Name must be 1 to 64 letters, digits, dots, hyphens or underscores." },
        { "--External:WeChat:Apps:0:Name=a b", "External:WeChat:Apps:0:Name must be 1 to 64 letters, digits, dots, hyphens or underscores." },
        { "--External:WeChat:Apps:0:Name=a", $"External:WeChat:Apps:0:Kind must be one of {Kinds}." },
        { "--External:WeChat:Apps:0:Name=a --External:WeChat:Apps:0:Kind=Toaster", "External:WeChat:Apps:0 has a setting that is unknown or of the wrong type ($.Kind)." },
        { "--External:QQ:Apps:0:Name=a --External:QQ:Apps:0:Kind=MiniProgram", "External:QQ:Apps:0:Kind must be one of Website, MobileApp." },
        { "--External:QQ:Apps:0:Name=a --External:QQ:Apps:0:Kind=Website --External:QQ:Apps:0:AppSecret=s", "External:QQ:Apps:0 has a setting that is unknown or of the wrong type ($.AppSecret)." },
        { "--External:QQ:Apps:0:Name=a --External:QQ:Apps:0:Kind=Website", "External:QQ:Apps:0:AppId is missing or too long." },
        { "--External:QQ:Apps:0:Name=a --External:QQ:Apps:0:Kind=Website --External:QQ:Apps:0:AppId=1/2", "External:QQ:Apps:0:AppId must be letters and digits." },
        { "--External:QQ:Apps:0:Name=a --External:QQ:Apps:0:Kind=Website --External:QQ:Apps:0:AppId=1", "External:QQ:Apps:0:AppKey is missing or too long." },
        { "--External:QQ:Apps:0:Name=a --External:QQ:Apps:0:Kind=Website --External:QQ:Apps:0:AppId=1 --External:QQ:Apps:0:AppKey=k --External:QQ:Apps:0:AcceptMobileTokens=true", "External:QQ:Apps:0:AcceptMobileTokens belongs to an app of the kind MobileApp." },
        { "--External:QQ:Apps:0:Name=a --External:QQ:Apps:0:Kind=Website --External:QQ:Apps:0:AppId=1 --External:QQ:Apps:0:AppKey=k --External:QQ:Apps:0:RedirectUri=here", "External:QQ:Apps:0:RedirectUri must be an absolute URI." },
        { $"{Good} {Good.Replace(":0:", ":1:", StringComparison.Ordinal)}", "External:WeChat:Apps:1:Name is used twice." },
        { $"{Good} {Good.Replace(":0:", ":1:", StringComparison.Ordinal).Replace("Name=a", "Name=b", StringComparison.Ordinal)}", "External:WeChat:Apps:1:AppId is used twice." },
        { $"{Good} --Clients:0:client_id=c --Clients:0:client_secret=s --Clients:0:external_apps:0=b", "Clients:0:external_apps has b, which is not the Name of an app of External." },
        { $"{Good} --Clients:0:client_id=c --Clients:0:client_secret=s --Clients:0:grant_types:0=urn:cloudmind:grant-type:wechat", "Clients:0:grant_types has urn:cloudmind:grant-type:wechat, which takes external_apps." },
        { "--Clients:0:client_id=c --Clients:0:client_secret=s --Clients:0:grant_types:0=urn:cloudmind:grant-type:qq", "Clients:0:grant_types has urn:cloudmind:grant-type:qq, which is not one of authorization_code, password, refresh_token, client_credentials, urn:ietf:params:oauth:grant-type:device_code, urn:ietf:params:oauth:grant-type:token-exchange, urn:cloudmind:grant-type:api-key." },
        { $"{Good} --Compat:CloudMind:ExternalApps:0=b", "Compat:CloudMind:ExternalApps must hold names of apps of External." },
    };

    [Theory, MemberData(nameof(Wrong))]
    public async Task A_wrong_setting_is_one_sentence_that_names_it(string settings, string sentence)
    {
        var mistake = await Assert.ThrowsAsync<SettingsException>(async () => await StartAsync("Development", settings));
        Assert.Equal(sentence, mistake.Message);
        Assert.DoesNotContain("a-very-secret-secret", mistake.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Production_sends_secrets_over_https_or_to_itself_only()
    {
        var mistake = await Assert.ThrowsAsync<SettingsException>(async () => await StartAsync("Production", "--Issuer=https://id.example --External:WeChat:ApiUrl=http://proxy.example"));
        Assert.Equal("External:WeChat:ApiUrl must begin with https:// in Production: secrets travel there.", mistake.Message);
    }

    [Fact]
    public async Task Nothing_of_the_section_is_unknown_and_a_misspelt_key_is()
    {
        var log = await StartAsync("Development", $"{Good} --External:CreateAccount=false");
        Assert.Equal(["External:CreateAccount is not a setting of this server"], log.Lines.Where(line => line is { Level: LogLevel.Warning, Event.Id: 1002 }).Select(line => line.Text.Trim()));
    }

    [Fact]
    public void The_apps_come_whole_from_the_last_source_that_has_them()
    {
        var first = new Dictionary<string, string?> { ["External:WeChat:Apps:0:Name"] = "old", ["External:WeChat:Apps:0:Kind"] = "Website", ["External:WeChat:Apps:0:AppId"] = "wx1", ["External:WeChat:Apps:0:AppSecret"] = "s", ["External:WeChat:Apps:1:Name"] = "gone" };
        var second = new Dictionary<string, string?> { ["External:WeChat:Apps:0:Name"] = "new", ["External:WeChat:Apps:0:Kind"] = "miniprogram", ["External:WeChat:Apps:0:AppId"] = "wx2", ["External:WeChat:Apps:0:AppSecret"] = "t" };
        var app = Assert.Single(ExternalApps.Read(new ConfigurationBuilder().AddInMemoryCollection(first).AddInMemoryCollection(second).Build()).All);
        Assert.Equal(("new", ExternalAppKind.MiniProgram, "wx2", "default"), (app.Name, app.Kind, app.AppId, app.Developer));
        Assert.DoesNotContain("t", app.ToString().Replace("ExternalApp", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<Support.LogMemory> StartAsync(string environment, string settings)
    {
        var log = new Support.LogMemory();
        string[] arguments =
        [
            $"--environment={environment}",
            $"--ConnectionStrings:Identity=Data Source={Path.Combine(folder, "identity.db")}",
            $"--Mail:PickupDirectory={Path.Combine(folder, "mail")}",
            .. settings.Split(" --").Select((part, index) => index == 0 ? part : "--" + part),
        ];
        await using var app = ServerApplication.Build(arguments, [], builder => builder.Logging.ClearProviders().AddProvider(log));
        await app.PrepareAsync();
        return log;
    }
}
