using System.Text.Json.Nodes;
using Identity.Server.External;
using Identity.Tests.Support;
using Microsoft.Extensions.Http;

namespace Identity.Tests.External;

/// <summary>The server with apps of every kind, and the providers that know them.</summary>
public class ExternalHost : CodeFlowHost
{
    public const string QQ = "urn:cloudmind:grant-type:qq";
    public const string WeChat = "urn:cloudmind:grant-type:wechat";

    public const string QqWeb = "101000001";
    public const string QqMobile = "101000002";
    public const string QqSdk = "101000003";

    /// <summary>Ours at QQ, but not of this server.</summary>
    public const string QqSibling = "101000009";

    /// <summary>Somebody else's.</summary>
    public const string QqForeign = "101999999";

    public const string WxWeb = "wx0000000000000001";
    public const string WxOfficial = "wx0000000000000002";
    public const string WxMobile = "wx0000000000000003";
    public const string WxMini = "wx0000000000000004";

    /// <summary>Not bound to an Open Platform account until a test binds it.</summary>
    public const string WxLoose = "wx0000000000000005";

    public const string QqRedirect = "https://rp.example/qq";

    private const string Developer = "ours";

    public Providers Providers { get; } = new();

    protected override IEnumerable<string> Settings =>
    [
        $"--External:QQ:GraphUrl={Providers.Address}",
        $"--External:WeChat:OpenUrl={Providers.Address}",
        $"--External:WeChat:ApiUrl={Providers.Address}",
        "--External:Timeout=00:00:30",
        .. App("QQ", 0, "qq-web", "Website", QqWeb),
        "--External:QQ:Apps:0:ApplyForUnionId=true",
        .. App("QQ", 1, "qq-mobile", "MobileApp", QqMobile),
        "--External:QQ:Apps:1:ApplyForUnionId=true",
        "--External:QQ:Apps:1:AcceptMobileTokens=true",
        .. App("QQ", 2, "qq-sdk", "MobileApp", QqSdk),
        .. App("WeChat", 0, "wx-web", "Website", WxWeb),
        .. App("WeChat", 1, "wx-official", "OfficialAccount", WxOfficial),
        .. App("WeChat", 2, "wx-mobile", "MobileApp", WxMobile),
        .. App("WeChat", 3, "wx-mini", "MiniProgram", WxMini),
        .. App("WeChat", 4, "wx-loose", "MobileApp", WxLoose),
    ];

    protected override JsonArray Clients =>
    [
        .. base.Clients.Where(client => (string?)client!["client_id"] is not "app").Select(client => client!.DeepClone()),
        Client("backend", null, [QQ, WeChat], ["qq-web", "qq-mobile", "qq-sdk", "wx-web", "wx-official", "wx-mobile", "wx-mini", "wx-loose"]),
        Client("app", "none", [QQ, WeChat], ["qq-mobile", "qq-sdk", "qq-web", "wx-web", "wx-official", "wx-mobile", "wx-mini"]),
        Client("narrow", null, [QQ, WeChat], ["wx-mobile"]),
    ];

    public static string SecretOf(string appId) => $"the-secret-of-app-{appId}";

    public override async ValueTask InitializeAsync()
    {
        await Providers.StartAsync();
        foreach (var id in new[] { QqWeb, QqMobile, QqSdk, QqSibling, WxWeb, WxOfficial, WxMobile, WxMini })
        {
            Providers.Register(new ProviderApp(id, SecretOf(id), Developer));
        }

        Providers.Register(new ProviderApp(WxLoose, SecretOf(WxLoose), null));
        Providers.Register(new ProviderApp(QqForeign, SecretOf(QqForeign), "theirs"));
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await base.DisposeAsync();
        await Providers.DisposeAsync();
    }

    /// <summary>A bound app from now on: its people have unionids.</summary>
    public void Bind(string appId, bool bound = true) => Providers.Register(new ProviderApp(appId, SecretOf(appId), bound ? Developer : null));

    protected override void Configure(WebApplicationBuilder builder)
    {
        base.Configure(builder);
        // Real connections to the loopback port, made as the product makes them.
        builder.Services.PostConfigure<HttpClientFactoryOptions>(ProviderCalls.HttpName, options => options.HttpMessageHandlerBuilderActions.Add(handlers => handlers.PrimaryHandler = ProviderCalls.Connection()));
    }

    private static IEnumerable<string> App(string provider, int index, string name, string kind, string id)
    {
        var path = $"--External:{provider}:Apps:{index}";
        return [$"{path}:Name={name}", $"{path}:Kind={kind}", $"{path}:AppId={id}", $"{path}:{(provider is "QQ" ? "AppKey" : "AppSecret")}={SecretOf(id)}"];
    }

    private static JsonObject Client(string id, string? method, string[] grants, string[] apps)
    {
        var client = new JsonObject
        {
            ["client_id"] = id,
            ["grant_types"] = new JsonArray([.. grants.Append("refresh_token").Select(grant => JsonValue.Create(grant))]),
            ["external_apps"] = new JsonArray([.. apps.Select(app => JsonValue.Create(app))]),
            ["scope"] = "openid profile phone",
            ["first_party"] = true,
        };
        (client[method is null ? "client_secret" : "token_endpoint_auth_method"]) = method ?? Secret;
        return client;
    }
}

/// <summary>One that waits a second for its providers.</summary>
public sealed class ImpatientHost : ExternalHost
{
    protected override IEnumerable<string> Settings => [.. base.Settings.Where(setting => !setting.StartsWith("--External:Timeout", StringComparison.Ordinal)), "--External:Timeout=00:00:01"];
}

/// <summary>One that makes no accounts by itself.</summary>
public sealed class ClosedHost : ExternalHost
{
    protected override IEnumerable<string> Settings => [.. base.Settings, "--External:CreateAccounts=false"];
}

internal static class ExternalSentences
{
    /// <summary>A code of an app, brought to the token endpoint.</summary>
    public static Task<Answer> CodeAsync(this ExternalHost host, string client, string app, string code, params (string Name, string Value)[] more) => host.TokenAsync(
        client,
        [("grant_type", app.StartsWith("qq", StringComparison.Ordinal) ? ExternalHost.QQ : ExternalHost.WeChat), ("app", app), ("code", code), .. app is "qq-web" ? [("redirect_uri", ExternalHost.QqRedirect)] : Array.Empty<(string, string)>(), .. more]);

    public static string Subject(this Answer tokens) => Jwt.Payload(tokens.AccessToken).GetProperty("sub").GetString()!;

    /// <summary>Presses the button, agrees at the provider, and comes back.</summary>
    public static async Task<Stop> SignInWithAsync(this Browser browser, ExternalHost host, Stop page, string button, string person)
    {
        var left = await browser.SubmitAsync(page, button);
        Assert.NotNull(left.Left);
        return await browser.OpenAsync(host.Providers.Approve(left.Left, person));
    }
}
