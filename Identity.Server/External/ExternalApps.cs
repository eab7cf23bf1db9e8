using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Identity.OpenId.Clients;
using Identity.Server.Hosting;

namespace Identity.Server.External;

/// <summary>Our apps at the providers: <c>External:QQ:Apps</c> and <c>External:WeChat:Apps</c>, each taken whole from the last source that has it.</summary>
internal sealed class ExternalApps
{
    private const int MaxLength = 128;

    private static readonly JsonSerializerOptions SettingJson = new()
    {
        PropertyNameCaseInsensitive = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        Converters = { new LenientBoolean(), new JsonStringEnumConverter<ExternalAppKind>(namingPolicy: null, allowIntegerValues: false) },
    };

    private ExternalApps(IReadOnlyList<ExternalApp> all) => All = all;

    public IReadOnlyList<ExternalApp> All { get; }

    public IEnumerable<ExternalApp> Of(string provider) => All.Where(app => string.Equals(app.Provider, provider, StringComparison.Ordinal));

    /// <summary>The first of a kind; the pages offer one of each.</summary>
    public ExternalApp? First(string provider, ExternalAppKind kind) => Of(provider).FirstOrDefault(app => app.Kind == kind);

    /// <summary>One sentence for the first mistake.</summary>
    public static ExternalApps Read(IConfiguration configuration)
    {
        var apps = new List<ExternalApp>();
        foreach (var (index, json) in Settings.ReadList(configuration, "External:QQ:Apps").Index())
        {
            var setting = Parse<QqAppSetting>(json, $"External:QQ:Apps:{index}");
            apps.Add(Checked(apps, $"External:QQ:Apps:{index}", "AppKey", setting.RedirectUri, [ExternalAppKind.Website, ExternalAppKind.MobileApp], new ExternalApp
            {
                Provider = ExternalApp.QQ,
                Name = setting.Name,
                Kind = setting.Kind,
                AppId = setting.AppId,
                Secret = setting.AppKey,
                Developer = setting.Developer,
                AcceptMobileTokens = setting.AcceptMobileTokens,
                ApplyForUnionId = setting.ApplyForUnionId,
                RedirectUri = setting.RedirectUri,
            }));
        }

        foreach (var (index, json) in Settings.ReadList(configuration, "External:WeChat:Apps").Index())
        {
            var setting = Parse<WeChatAppSetting>(json, $"External:WeChat:Apps:{index}");
            apps.Add(Checked(apps, $"External:WeChat:Apps:{index}", "AppSecret", null, [ExternalAppKind.Website, ExternalAppKind.OfficialAccount, ExternalAppKind.MobileApp, ExternalAppKind.MiniProgram], new ExternalApp
            {
                Provider = ExternalApp.WeChat,
                Name = setting.Name,
                Kind = setting.Kind,
                AppId = setting.AppId,
                Secret = setting.AppSecret,
                Developer = setting.Developer,
            }));
        }

        return new ExternalApps(apps);
    }

    private static ExternalApp Checked(List<ExternalApp> others, string path, string secretName, string? redirectUri, ExternalAppKind[] kinds, ExternalApp app)
    {
        string? mistake = app switch
        {
            { Name.Length: 0 or > 64 } => "Name must be 1 to 64 letters, digits, dots, hyphens or underscores.",
            _ when !app.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_') => "Name must be 1 to 64 letters, digits, dots, hyphens or underscores.",
            _ when !kinds.Contains(app.Kind) => $"Kind must be one of {string.Join(", ", kinds)}.",
            { AppId.Length: 0 or > MaxLength } => "AppId is missing or too long.",
            _ when !app.AppId.All(char.IsAsciiLetterOrDigit) => "AppId must be letters and digits.",
            { Secret.Length: 0 or > MaxLength } => $"{secretName} is missing or too long.",
            { Developer.Length: 0 or > MaxLength } => "Developer is empty or too long.",
            { AcceptMobileTokens: true, Kind: not ExternalAppKind.MobileApp } => "AcceptMobileTokens belongs to an app of the kind MobileApp.",
            _ when redirectUri is not null && !Uri.TryCreate(redirectUri, UriKind.Absolute, out _) => "RedirectUri must be an absolute URI.",
            _ when others.Exists(other => string.Equals(other.Name, app.Name, StringComparison.Ordinal)) => "Name is used twice.",
            _ when others.Exists(other => string.Equals(other.Provider, app.Provider, StringComparison.Ordinal) && string.Equals(other.AppId, app.AppId, StringComparison.Ordinal)) => "AppId is used twice.",
            _ => null,
        };
        return mistake is null ? app : throw new SettingsException($"{path}:{mistake}");
    }

    private static T Parse<T>(JsonObject json, string path)
    {
        try
        {
            return json.Deserialize<T>(SettingJson)!;
        }
        catch (JsonException mistake)
        {
            // The inner message may repeat a value, which may be the secret.
            throw new SettingsException($"{path} has a setting that is unknown or of the wrong type ({mistake.Path}).", mistake);
        }
    }

    private sealed record QqAppSetting
    {
        public string Name { get; init; } = "";

        public ExternalAppKind Kind { get; init; }

        public string AppId { get; init; } = "";

        public string AppKey { get; init; } = "";

        public string Developer { get; init; } = "default";

        public bool AcceptMobileTokens { get; init; }

        public bool ApplyForUnionId { get; init; }

        public string? RedirectUri { get; init; }
    }

    private sealed record WeChatAppSetting
    {
        public string Name { get; init; } = "";

        public ExternalAppKind Kind { get; init; }

        public string AppId { get; init; } = "";

        public string AppSecret { get; init; } = "";

        public string Developer { get; init; } = "default";
    }
}
