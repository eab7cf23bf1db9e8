using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Identity.OpenId.Clients;
using Identity.OpenId.Tokens;
using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Conformance;

/// <summary>Clients that register themselves, RFC 7591, and come back to it, RFC 7592.</summary>
public sealed class Rfc7591(Rfc7591.Host host) : IClassFixture<Rfc7591.Host>
{
    private const string Initial = "an-initial-access-token-of-a-test-43-letters";
    private const string Form = """{"redirect_uris":["https://new.example/callback/NUMBER"],"client_name":"New","scope":"openid profile offline_access","grant_types":["authorization_code","refresh_token"]}""";

    private static int number;

    [Fact]
    public async Task Rfc7591_3_2_1_a_client_registers_and_works()
    {
        var answer = await RegisterAsync(Next());
        Assert.Equal((201, "no-store"), (answer.Status, answer.Headers["Cache-Control"]));
        Assert.Equal(("New", 0), (answer.Text("client_name"), answer.Json.GetProperty("client_secret_expires_at").GetInt32()));
        await host.AddAccountAsync(new NewAccount { UserName = "newcomer" });
        using var browser = new Browser(host);
        var redirect = answer.Json.GetProperty("redirect_uris")[0].GetString()!;
        var page = await browser.SignInAsync(await browser.OpenAsync(CodeFlowHost.Request(answer.Text("client_id"), ("redirect_uri", redirect))), "newcomer");
        // Nobody vouched for it: the person is asked.
        Assert.Equal("Allow access?", page.Heading);
        var code = (await browser.SubmitAsync(page, "Allow")).Parameter("code")!;
        var request = new HttpRequestMessage(HttpMethod.Post, "/connect/token")
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "authorization_code", ["code"] = code, ["redirect_uri"] = redirect, ["code_verifier"] = CodeFlowHost.Verifier }),
        };
        request.Headers.Authorization = BackChannel.Basic(answer.Text("client_id"), answer.Text("client_secret"));
        Assert.Equal(200, (await host.SendAsync(request)).Status);
        Assert.Equal($"{host.Issuer}/connect/register", (await host.GetAsync("/.well-known/openid-configuration")).Text("registration_endpoint"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("another-token")]
    public async Task Rfc7591_3_nobody_registers_without_the_initial_access_token(string? token) => Assert.Equal((401, "invalid_token"), await RegisterAsync(Next(), token) is var answer ? (answer.Status, answer.Text("error")) : default);

    [Fact]
    public async Task Rfc7591_2_what_only_an_operator_may_grant_is_not_taken_and_not_shown()
    {
        var body = Next();
        foreach (var (word, value) in new (string, JsonNode)[] { ("first_party", true), ("may_introspect", true), ("require_consent", false), ("require_pkce", false), ("client_id", "site"), ("client_secret", "mine"), ("token_exchange_from", new JsonArray("web")), ("access_token_lifetime", 86400), ("unheard_of", 1) })
        {
            body[word] = value;
        }

        var answer = await RegisterAsync(body);
        Assert.Equal(201, answer.Status);
        Assert.StartsWith("r_", answer.Text("client_id"), StringComparison.Ordinal);
        Assert.NotEqual("mine", answer.Text("client_secret"));
        Assert.DoesNotContain(answer.Json.EnumerateObject(), member => member.Name is "first_party" or "may_introspect" or "require_consent" or "client_secret_hashes" or "unheard_of");
        var stored = host.Services.GetRequiredService<Identity.Server.Clients.ClientDirectory>().Find(answer.Text("client_id"))!.Metadata;
        Assert.Equal((false, false, true, true, TimeSpan.FromHours(1)), (stored.FirstParty, stored.MayIntrospect, stored.AsksConsent, stored.RequirePkce, stored.AccessTokenLifetime));
    }

    public static TheoryData<string, string, string> Wrong => new()
    {
        { "redirect_uris", """["http://evil.example/"]""", "invalid_redirect_uri" },
        { "redirect_uris", """["javascript:alert(1)"]""", "invalid_redirect_uri" },
        { "redirect_uris", """["https://new.example/#part"]""", "invalid_redirect_uri" },
        { "redirect_uris", "[]", "invalid_redirect_uri" },
        { "redirect_uris", "7", "invalid_redirect_uri" },
        { "grant_types", """["password"]""", "invalid_client_metadata" },
        { "grant_types", """["client_credentials"]""", "invalid_client_metadata" },
        { "grant_types", """["urn:ietf:params:oauth:grant-type:token-exchange"]""", "invalid_client_metadata" },
        { "response_types", """["token"]""", "invalid_client_metadata" },
        { "scope", "\"openid cloudmind\"", "invalid_client_metadata" },
        { "token_endpoint_auth_method", "\"internal\"", "invalid_client_metadata" },
        { "token_endpoint_auth_method", "\"private_key_jwt\"", "invalid_client_metadata" },
        { "jwks", """{"keys":[{"kty":"oct","k":"AAAA"}]}""", "invalid_client_metadata" },
        { "policy_uri", "\"javascript:alert(1)\"", "invalid_client_metadata" },
        { "logo_uri", "\"http://new.example/logo\"", "invalid_client_metadata" },
        { "id_token_signed_response_alg", "\"none\"", "invalid_client_metadata" },
        // Where the server itself would go.
        { "sector_identifier_uri", "\"http://127.0.0.1:5432/\"", "invalid_client_metadata" },
        { "sector_identifier_uri", "\"https://169.254.169.254/latest/\"", "invalid_client_metadata" },
        { "jwks_uri", "\"http://localhost/jwks\"", "invalid_client_metadata" },
        { "jwks_uri", "\"https://database/jwks\"", "invalid_client_metadata" },
        { "backchannel_logout_uri", "\"http://[::1]:8080/\"", "invalid_client_metadata" },
        { "backchannel_logout_uri", "\"https://10.0.0.1/\"", "invalid_client_metadata" },
    };

    [Theory, MemberData(nameof(Wrong))]
    public async Task Rfc7591_3_2_2_what_configuration_may_not_say_a_registration_may_not_either(string word, string value, string error)
    {
        var body = Next();
        body[word] = JsonNode.Parse(value);
        var answer = await RegisterAsync(body);
        Assert.Equal((400, error), (answer.Status, answer.Text("error")));
    }

    [Fact]
    public async Task A_registration_does_not_take_another_clients_redirect_uri()
    {
        var (mine, theirs) = (Next(), await RegisterAsync(Next()));
        var another = theirs.Json.GetProperty("redirect_uris")[0].GetString()!;
        // The same place in other letters is the same place.
        foreach (var taken in new[] { CodeFlowHost.Callback, another, another.Replace("new.example", "NEW.example", StringComparison.Ordinal), another.Replace("new.example", "new.example:443", StringComparison.Ordinal) })
        {
            mine["redirect_uris"] = new JsonArray(taken);
            Assert.Equal("invalid_redirect_uri", (await RegisterAsync(mine)).Text("error"));
        }

        var own = await RegisterAsync(Next());
        var change = Next();
        (change["client_id"], change["redirect_uris"]) = (own.Text("client_id"), new JsonArray(CodeFlowHost.Callback));
        Assert.Equal("invalid_redirect_uri", (await SendAsync(HttpMethod.Put, own, change)).Text("error"));
    }

    /// <summary>OpenID Connect Core §8.1: else a stranger joins a sector and compares subjects with its clients.</summary>
    [Fact]
    public async Task A_registration_joins_a_sector_only_where_the_sector_lists_it()
    {
        const string Sector = "https://party.example/sector";
        var body = Next();
        (body["subject_type"], body["sector_identifier_uri"]) = ("pairwise", Sector);
        // Nothing answers there.
        Assert.Equal("invalid_client_metadata", (await RegisterAsync(Copy())).Text("error"));
        host.Outside.Register(Sector, System.Net.HttpStatusCode.OK, """["https://party.example/callback"]""");
        Assert.Equal((400, "invalid_client_metadata"), await RegisterAsync(Copy()) is var stranger ? (stranger.Status, stranger.Text("error")) : default);
        host.Outside.Register(Sector, System.Net.HttpStatusCode.OK, new JsonArray(body["redirect_uris"]![0]!.DeepClone(), "https://party.example/callback").ToJsonString());
        var member = await RegisterAsync(Copy());
        Assert.Equal((201, Sector), (member.Status, member.Text("sector_identifier_uri")));
        Assert.Equal("party.example", host.Services.GetRequiredService<Identity.Server.Clients.ClientDirectory>().Find(member.Text("client_id"))!.Metadata.Sector);
        // A change is asked about again.
        var change = Next();
        (change["client_id"], change["subject_type"], change["sector_identifier_uri"]) = (member.Text("client_id"), "pairwise", Sector);
        Assert.Equal("invalid_client_metadata", (await SendAsync(HttpMethod.Put, member, change)).Text("error"));

        JsonObject Copy() => JsonNode.Parse(body.ToJsonString())!.AsObject();
    }

    [Fact]
    public async Task Fifty_that_want_one_address_are_one()
    {
        var body = Next().ToJsonString();
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => RegisterAsync(JsonNode.Parse(body)!.AsObject())));
        Assert.Single(answers, answer => answer.Status == 201);
    }

    [Fact]
    public async Task Rfc7592_2_a_client_reads_changes_and_removes_its_registration()
    {
        var client = await RegisterAsync(Next());
        var read = await SendAsync(HttpMethod.Get, client);
        Assert.Equal((200, client.Text("client_id")), (read.Status, read.Text("client_id")));
        Assert.False(read.Json.TryGetProperty("client_secret", out _));

        var change = Next();
        (change["client_id"], change["client_name"], change["client_secret"]) = (client.Text("client_id"), "Renamed", client.Text("client_secret"));
        Assert.Equal("Renamed", (await SendAsync(HttpMethod.Put, client, change)).Text("client_name"));
        Assert.Equal("Renamed", (await SendAsync(HttpMethod.Get, client)).Text("client_name"));
        // The old secret goes on.
        Assert.Equal(200, await RevokeAsync(client));

        Assert.Equal(204, (await SendAsync(HttpMethod.Delete, client)).Status);
        Assert.Equal(401, (await SendAsync(HttpMethod.Get, client)).Status);
        Assert.Equal(401, await RevokeAsync(client));
    }

    [Fact]
    public async Task Rfc7592_2_a_token_is_for_its_own_client_alone()
    {
        var (one, other) = (await RegisterAsync(Next()), await RegisterAsync(Next()));
        var change = Next();
        change["client_id"] = other.Text("client_id");
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Put, HttpMethod.Delete })
        {
            foreach (var id in new[] { other.Text("client_id"), "site", "cloudmind", "" })
            {
                foreach (var token in new[] { one.Text("registration_access_token"), Initial })
                {
                    Assert.Equal(401, (await SendAsync(method, id, token, method == HttpMethod.Put ? change : null)).Status);
                }
            }
        }

        Assert.Equal("invalid_request", (await SendAsync(HttpMethod.Put, one, change)).Text("error"));
    }

    [Theory]
    [InlineData("registration_access_token", "x")]
    [InlineData("registration_client_uri", "https://new.example/")]
    [InlineData("client_secret_expires_at", "1")]
    [InlineData("client_secret", "a secret of one's own choice")]
    public async Task Rfc7592_2_2_what_is_ours_to_give_cannot_be_changed(string word, string value)
    {
        var client = await RegisterAsync(Next());
        var change = Next();
        (change["client_id"], change[word]) = (client.Text("client_id"), value);
        Assert.Equal("invalid_request", (await SendAsync(HttpMethod.Put, client, change)).Text("error"));
    }

    [Fact]
    public async Task A_registration_is_not_forgotten_by_a_restart()
    {
        await using var other = new Host();
        await other.InitializeAsync();
        var answer = await other.SendAsync(Request(HttpMethod.Post, "/connect/register", Initial, Next()));
        await other.RestartAsync();
        Assert.Equal(200, (await other.SendAsync(Request(HttpMethod.Get, $"/connect/register?client_id={answer.Text("client_id")}", answer.Text("registration_access_token"), null))).Status);
    }

    [Fact]
    public void Loopback_addresses_are_everybodys() => Assert.Equal((false, true, true), (RegistrationRequest.IsOwned("http://127.0.0.1/callback"), RegistrationRequest.IsOwned("https://a.example/"), RegistrationRequest.IsOwned("com.example.app:/callback")));

    private static JsonObject Next() => JsonNode.Parse(Form.Replace("NUMBER", Interlocked.Increment(ref number).ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal))!.AsObject();

    private Task<Answer> RegisterAsync(JsonObject body, string? token = Initial) => host.SendAsync(Request(HttpMethod.Post, "/connect/register", token, body));

    private Task<Answer> SendAsync(HttpMethod method, Answer client, JsonObject? body = null) => SendAsync(method, client.Text("client_id"), client.Text("registration_access_token"), body);

    private Task<Answer> SendAsync(HttpMethod method, string id, string token, JsonObject? body) => host.SendAsync(Request(method, $"/connect/register?client_id={id}", token, body));

    private async Task<int> RevokeAsync(Answer client)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/connect/revoke") { Content = new FormUrlEncodedContent([KeyValuePair.Create("token", "unknown")]) };
        request.Headers.Authorization = BackChannel.Basic(client.Text("client_id"), client.Text("client_secret"));
        return (await host.SendAsync(request)).Status;
    }

    private static HttpRequestMessage Request(HttpMethod method, string path, string? token, JsonObject? body)
    {
        var request = new HttpRequestMessage(method, path);
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        }

        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        }

        return request;
    }

    public sealed class Host : CodeFlowHost
    {
        protected override IEnumerable<string> Settings => [$"--Registration:InitialAccessTokenHashes:0={Handle.Hash(Initial)}"];
    }
}
