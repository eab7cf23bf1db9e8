using System.Text.Json;
using System.Text.Json.Nodes;
using Identity.Server.Accounts;

namespace Identity.Tests.Support;

/// <summary>What the conformance suite finds: three clients of somebody else's, registered as its instructions say, and people who have every claim.</summary>
public class SuiteHost : IdentityHost
{
    public const string Callback = "https://suite.example/callback";
    public const string PostLogout = "https://suite.example/post_logout_redirect";
    public const string LogoutUri = "https://suite.example/backchannel_logout";
    public const string PostalAddress = """{"formatted":"一号\n北京","street_address":"一号","locality":"北京","country":"中国"}""";

    private int people;

    protected override JsonArray Clients =>
    [
        Client("suite", client => client["backchannel_logout_uri"] = LogoutUri),
        Client("suite2", _ => { }),
        Client("suite-post", client => client["token_endpoint_auth_method"] = "client_secret_post"),
    ];

    /// <summary>An account with a value for every standard claim; <paramref name="name"/> signs it in.</summary>
    internal Task<Identity.Server.Data.Account> AddPersonAsync(string name) => AddAccountAsync(new NewAccount
    {
        UserName = name,
        Email = $"{name}@example.com",
        EmailVerified = true,
        PhoneNumber = $"1380013{Interlocked.Increment(ref people):0000}",
        PhoneNumberVerified = true,
        Name = "李雷",
        FamilyName = "李",
        GivenName = "雷",
        MiddleName = "M",
        Nickname = "lei",
        Profile = "https://p.example/1",
        Picture = "https://p.example/1.png",
        Website = "https://w.example",
        Gender = "male",
        Birthdate = "1990-01-02",
        Zoneinfo = "Asia/Shanghai",
        Locale = "zh-CN",
        Address = JsonElement.Parse(PostalAddress),
    });

    private static JsonObject Client(string id, Action<JsonObject> change)
    {
        var client = new JsonObject
        {
            ["client_id"] = id,
            ["client_name"] = $"The {id}",
            ["client_secret"] = Secret,
            ["grant_types"] = new JsonArray("authorization_code", "refresh_token"),
            ["redirect_uris"] = new JsonArray(Callback),
            ["post_logout_redirect_uris"] = new JsonArray(PostLogout),
            ["scope"] = "openid profile email address phone offline_access",
            // Most modules come without it, as OpenID Connect Core knows nothing of it.
            ["require_pkce"] = false,
        };
        change(client);
        return client;
    }
}
