using System.Text;
using System.Text.Json.Nodes;
using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Conformance;

/// <summary>The token endpoint, RFC 6749: exact answers.</summary>
public sealed class Rfc6749(Rfc6749.Host host) : IClassFixture<Rfc6749.Host>
{
    /// <summary>What form-encoding changes: a space, a plus, a percent, a colon, an ampersand, a letter outside ASCII.</summary>
    private const string AwkwardSecret = "a secret+with%25:&=é that is longer than 32 characters";

    private const string FormData = "The parameters are not well-formed form data in UTF-8 without control characters.";
    private const string NotBasic = "The Authorization header is not well-formed Basic authentication.";
    private const string Failed = "Client authentication failed.";

    private static readonly string Web = RawRequest.Basic("web");

    public static TheoryData<string, string, string, string> Requests => new()
    {
        { "grant_type missing", "", "invalid_request", "grant_type is missing." },
        { "grant_type missing beside others", "scope=api", "invalid_request", "grant_type is missing." },
        { "grant_type empty counts as omitted (§3.2)", "grant_type=", "invalid_request", "grant_type is missing." },
        { "grant_type without a value", "grant_type", "invalid_request", "grant_type is missing." },
        { "grant_type repeated", "grant_type=client_credentials&grant_type=client_credentials", "invalid_request", "grant_type must not be repeated." },
        { "grant_type repeated, once empty", "grant_type=client_credentials&grant_type=", "invalid_request", "grant_type must not be repeated." },
        { "grant_type too long", "grant_type=" + new string('a', 129), "invalid_request", "grant_type is too long." },
        { "grant_type unknown", "grant_type=implicit", "unsupported_grant_type", "The grant type is not supported." },
        { "grant_type in capitals", "grant_type=PASSWORD", "unsupported_grant_type", "The grant type is not supported." },
        { "grant_type of a later phase", "grant_type=urn:openid:params:grant-type:ciba&auth_req_id=a", "unsupported_grant_type", "The grant type is not supported." },
        { "username missing", "grant_type=password&password=a", "invalid_request", "username and password are required." },
        { "password missing", "grant_type=password&username=a", "invalid_request", "username and password are required." },
        { "username and password empty", "grant_type=password&username=&password=", "invalid_request", "username and password are required." },
        { "username repeated", "grant_type=password&username=a&username=b&password=c", "invalid_request", "username must not be repeated." },
        { "password repeated", "grant_type=password&username=a&password=b&password=c", "invalid_request", "password must not be repeated." },
        { "username too long", "grant_type=password&password=a&username=" + new string('a', 257), "invalid_request", "username is too long." },
        { "password too long", "grant_type=password&username=a&password=" + new string('a', 1025), "invalid_request", "password is too long." },
        { "scope not registered", "grant_type=client_credentials&scope=api2", "invalid_scope", "The client may not have every scope that it asked for." },
        { "scope partly registered", "grant_type=client_credentials&scope=api+api2", "invalid_scope", "The client may not have every scope that it asked for." },
        { "scope of a person without a person", "grant_type=client_credentials&scope=openid", "invalid_scope", "The client may not have every scope that it asked for." },
        { "scope with a quote (§3.3)", "grant_type=client_credentials&scope=a%22b", "invalid_scope", "The scope is malformed." },
        { "scope outside ASCII (§3.3)", "grant_type=client_credentials&scope=%C3%A9", "invalid_scope", "The scope is malformed." },
        { "scope repeated", "grant_type=client_credentials&scope=api&scope=api", "invalid_request", "scope must not be repeated." },
        { "scope too long", "grant_type=client_credentials&scope=" + new string('a', 2049), "invalid_request", "scope is too long." },
        { "refresh_token missing", "grant_type=refresh_token", "invalid_request", "refresh_token is missing." },
        { "refresh_token repeated", "grant_type=refresh_token&refresh_token=a&refresh_token=a", "invalid_request", "refresh_token must not be repeated." },
        { "refresh_token too long", "grant_type=refresh_token&refresh_token=" + new string('a', 513), "invalid_request", "refresh_token is too long." },
        { "refresh_token of nobody", "grant_type=refresh_token&refresh_token=a", "invalid_grant", "The refresh token is not valid." },
        { "refresh_token of the right length, of nobody", "grant_type=refresh_token&refresh_token=" + new string('A', 74), "invalid_grant", "The refresh token is not valid." },
        { "refresh_token outside the alphabet", "grant_type=refresh_token&refresh_token=" + new string('*', 74), "invalid_grant", "The refresh token is not valid." },
        { "a person that does not exist", "grant_type=password&username=nobody&password=a", "invalid_grant", "The user name or the password is wrong." },
        { "a name that nobody can have", "grant_type=password&username=a%40%40b&password=a", "invalid_grant", "The user name or the password is wrong." },
        { "client_id repeated beside Basic", "grant_type=client_credentials&client_id=web&client_id=web", "invalid_request", "client_id must not be repeated." },
        { "client_id too long", "grant_type=client_credentials&client_id=" + new string('a', 129), "invalid_request", "client_id is too long." },
        { "client_secret too long", "grant_type=client_credentials&client_secret=" + new string('a', 513), "invalid_request", "client_secret is too long." },
        { "a zero octet", "grant_type=client_credentials&state=%00", "invalid_request", FormData },
        { "a line break", "grant_type=password&username=a%0Ab&password=c", "invalid_request", FormData },
        { "a delete character", "grant_type=password&username=a%7Fb&password=c", "invalid_request", FormData },
        { "a control character in a name", "grant_type=client_credentials&a%0D=b", "invalid_request", FormData },
        { "text that is not UTF-8", "grant_type=password&username=%FF&password=c", "invalid_request", FormData },
        { "an overlong form of a slash", "grant_type=password&username=%C0%AF&password=c", "invalid_request", FormData },
        { "half a surrogate pair", "grant_type=password&username=%ED%A0%80&password=c", "invalid_request", FormData },
        { "an escape that is none", "grant_type=password&username=%zz&password=c", "invalid_request", FormData },
        { "an escape that breaks off", "grant_type=client_credentials&a=%2", "invalid_request", FormData },
        { "more than 100 parameters", "grant_type=client_credentials" + string.Concat(Enumerable.Repeat("&a=b", 100)), "invalid_request", "The request has too many parameters." },
        { "a body over 64 KiB", "grant_type=client_credentials&a=" + new string('a', 64 * 1024), "invalid_request", "The body is too large or incomplete." },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Rfc6749_5_2_a_bad_request_gets_its_error(string why, string form, string error, string description)
    {
        var answer = await host.PostRawAsync("/connect/token", form, authorization: Web);
        Assert.NotEmpty(why);
        answer.IsRefusal(400, $$"""{"error":"{{error}}","error_description":"{{description}}"}""");
        Assert.False(answer.Headers.ContainsKey("WWW-Authenticate"));
    }

    public static TheoryData<string?> ContentTypes => new("application/json", "text/plain", "multipart/form-data; boundary=a", "application/x-www-form-urlencodedx", "application/x-www-form-urlencoded, text/plain", "nonsense", "", null);

    [Theory]
    [MemberData(nameof(ContentTypes))]
    public async Task Rfc6749_3_2_a_body_that_is_no_form_is_invalid_request(string? contentType)
    {
        var answer = await host.PostRawAsync("/connect/token", "grant_type=client_credentials", contentType, Web);
        answer.IsRefusal(400, """{"error":"invalid_request","error_description":"The body must be application/x-www-form-urlencoded."}""");
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded; charset=utf-8")]
    [InlineData("Application/X-WWW-Form-URLEncoded")]
    [InlineData("application/x-www-form-urlencoded ;charset=UTF-8")]
    public async Task Rfc6749_3_2_a_form_may_name_its_charset(string contentType) =>
        Assert.Equal(200, (await host.PostRawAsync("/connect/token", "grant_type=client_credentials", contentType, Web)).Status);

    [Fact]
    public async Task Rfc6749_3_2_octets_that_are_not_UTF_8_are_invalid_request()
    {
        byte[] body = [.. "grant_type=password&password=a&username="u8, 0xFF, 0xFE];
        (await host.PostRawAsync("/connect/token", body, authorization: Web)).IsRefusal(400, $$"""{"error":"invalid_request","error_description":"{{FormData}}"}""");
    }

    [Theory]
    [InlineData("&audience=x&audience=y&foo=")]
    [InlineData("&client_id=web")]
    [InlineData("&client_id=&client_secret=")]
    [InlineData("&scope=")]
    [InlineData("&&&")]
    public async Task Rfc6749_3_2_unknown_and_empty_parameters_are_ignored(string rest) =>
        Assert.Equal(200, (await host.PostRawAsync("/connect/token", "grant_type=client_credentials" + rest, authorization: Web)).Status);

    [Fact]
    public async Task Rfc6749_3_2_a_body_of_64_KiB_is_read()
    {
        const string Start = "grant_type=client_credentials&a=";
        Assert.Equal(200, (await host.PostRawAsync("/connect/token", Start + new string('a', (64 * 1024) - Start.Length), authorization: Web)).Status);
    }

    [Theory]
    [InlineData("other", "grant_type=password&username=a&password=b")]
    [InlineData("watcher", "grant_type=client_credentials")]
    [InlineData("https://api.example", "grant_type=refresh_token&refresh_token=a")]
    public async Task Rfc6749_5_2_a_grant_that_the_client_is_not_registered_for_is_unauthorized_client(string client, string form) =>
        (await host.PostRawAsync("/connect/token", form, authorization: RawRequest.Basic(client)))
            .IsRefusal(400, """{"error":"unauthorized_client","error_description":"The client is not registered for this grant type."}""");

    /// <summary>Authorization header, form beside the grant, and the description of invalid_client.</summary>
    public static TheoryData<string, string?, string, string> BadClients => new()
    {
        { "nobody", null, "", "The client did not say who it is." },
        { "a secret of nobody", null, "&client_secret=a", "The client did not say who it is." },
        { "unknown, none", null, "&client_id=unknown", Failed },
        { "unknown, post", null, "&client_id=unknown&client_secret=" + IdentityHost.Secret, Failed },
        { "unknown, Basic", RawRequest.Basic("unknown"), "", Failed },
        { "a wrong secret, Basic", RawRequest.Basic("web", "wrong"), "", Failed },
        { "a wrong secret, post", null, "&client_id=post&client_secret=wrong", Failed },
        { "a secret with one more character", RawRequest.Basic("web", IdentityHost.Secret + "a"), "", Failed },
        { "no secret where one is registered", null, "&client_id=web", Failed },
        { "registered for Basic, used post (§2.3)", null, "&client_id=web&client_secret=" + IdentityHost.Secret, Failed },
        { "registered for post, used Basic (§2.3)", RawRequest.Basic("post"), "", Failed },
        { "registered for post, used none (§2.3)", null, "&client_id=post", Failed },
        { "registered for none, used Basic (§2.3)", RawRequest.Basic("app"), "", Failed },
        { "registered for none, used post (§2.3)", null, "&client_id=app&client_secret=" + IdentityHost.Secret, Failed },
        { "the client of a legacy API, none", null, "&client_id=cloudmind", Failed },
        { "the client of a legacy API, Basic", RawRequest.Basic("rageframe"), "", Failed },
        { "client_id in other letters", RawRequest.Basic("WEB"), "", Failed },
        { "another scheme", "Bearer abc", "", NotBasic },
        { "another scheme beside a client in the body", "Negotiate abc", "&client_id=app", NotBasic },
        { "Basic without a value", "Basic", "", NotBasic },
        { "Basic that is not base64", "Basic ***", "", NotBasic },
        { "Basic without a colon", RawRequest.BasicOf("web"), "", NotBasic },
        { "Basic without a client", RawRequest.BasicOf(":secret"), "", NotBasic },
        { "Basic without a secret", RawRequest.BasicOf("web:"), "", NotBasic },
        { "Basic with an escape that is none", RawRequest.BasicOf("web:%zz"), "", NotBasic },
        { "Basic that is not UTF-8", RawRequest.BasicOf("web:\u00FF"), "", NotBasic },
        { "Basic with a control character", RawRequest.BasicOf("web:a\tb"), "", NotBasic },
        { "Basic that is too long", RawRequest.BasicOf("web:" + new string('a', 2048)), "", NotBasic },
        { "Basic whose client is not form-encoded (§2.3.1)", RawRequest.BasicOf("https://api.example:" + IdentityHost.Secret), "", Failed },
    };

    [Theory]
    [MemberData(nameof(BadClients))]
    public async Task Rfc6749_5_2_a_client_that_is_not_proved_gets_401_and_the_scheme_if_it_used_one(string why, string? authorization, string form, string description)
    {
        var answer = await host.PostRawAsync("/connect/token", "grant_type=client_credentials" + form, authorization: authorization);
        Assert.NotEmpty(why);
        answer.IsRefusal(401, $$"""{"error":"invalid_client","error_description":"{{description}}"}""");
        // Owed to who used the header, and to nobody else.
        Assert.Equal(authorization is null ? null : "Basic realm=\"token\"", answer.Headers.GetValueOrDefault("WWW-Authenticate"));
    }

    [Theory]
    [InlineData("&client_secret=" + IdentityHost.Secret, "The client used more than one authentication method.")]
    [InlineData("&client_id=web&client_secret=" + IdentityHost.Secret, "The client used more than one authentication method.")]
    [InlineData("&client_id=post", "client_id differs from the Authorization header.")]
    public async Task Rfc6749_2_3_two_ways_to_authenticate_are_invalid_request(string form, string description) =>
        (await host.PostRawAsync("/connect/token", "grant_type=client_credentials" + form, authorization: Web))
            .IsRefusal(400, $$"""{"error":"invalid_request","error_description":"{{description}}"}""");

    [Fact]
    public async Task Rfc6749_2_3_a_client_authenticates_by_the_method_of_its_registration()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "method" });
        foreach (var client in new[] { "web", "post", "app" })
        {
            Assert.Equal(200, (await host.SignInAsync(client, "method")).Status);
        }
    }

    [Theory]
    [InlineData("basic ")]
    [InlineData("BASIC ")]
    [InlineData("Basic   ")]
    public async Task Rfc6749_2_3_1_the_scheme_has_no_case(string scheme) =>
        Assert.Equal(200, (await host.PostRawAsync("/connect/token", "grant_type=client_credentials", authorization: scheme + Web["Basic ".Length..])).Status);

    [Fact]
    public async Task Rfc6749_2_3_1_both_halves_of_Basic_are_form_encoded()
    {
        static string Encoded(string text) => Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal);
        var pair = $"{Encoded("urn:awkward+client")}:{Encoded(AwkwardSecret)}";
        Assert.Equal(200, (await host.PostRawAsync("/connect/token", "grant_type=client_credentials", authorization: RawRequest.BasicOf(pair))).Status);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task Rfc6749_3_2_the_token_endpoint_has_POST_alone(string method)
    {
        var answer = await host.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/connect/token?grant_type=client_credentials"));
        answer.IsRefusal(405, """{"error":"invalid_request","error_description":"The endpoint does not have this method."}""");
        // OPTIONS is what a browser asks before a script may call (CORS).
        Assert.Equal("OPTIONS, POST", answer.Headers["Allow"]);
    }

    [Fact]
    public async Task Rfc6749_2_3_1_credentials_in_the_query_are_not_read() =>
        (await host.PostRawAsync($"/connect/token?client_id=post&client_secret={IdentityHost.Secret}&grant_type=client_credentials", "grant_type=client_credentials"))
            .IsRefusal(401, """{"error":"invalid_client","error_description":"The client did not say who it is."}""");

    [Fact]
    public async Task Rfc6749_5_1_tokens_come_as_JSON_that_nobody_keeps()
    {
        var answer = await host.PostRawAsync("/connect/token", "grant_type=client_credentials&scope=api", authorization: Web);
        Assert.Equal(200, answer.Status);
        Assert.Equal("no-store", answer.Headers["Cache-Control"]);
        Assert.Equal("no-cache", answer.Headers["Pragma"]);
        Assert.Equal("application/json; charset=utf-8", answer.Headers["Content-Type"]);
        Assert.Equal($$"""{"access_token":"{{answer.AccessToken}}","token_type":"Bearer","expires_in":3600,"scope":"api"}""", answer.Body);
    }

    [Fact]
    public async Task Rfc6749_5_1_a_person_brings_all_the_tokens()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "tokens" });
        var answer = await host.SignInAsync("web", "tokens", scope: "openid offline_access");
        Assert.Equal(
            $$"""{"access_token":"{{answer.AccessToken}}","token_type":"Bearer","expires_in":3600,"refresh_token":"{{answer.RefreshToken}}","id_token":"{{answer.Text("id_token")}}","scope":"openid offline_access"}""",
            answer.Body);
    }

    [Fact]
    public async Task Rfc6749_3_3_a_request_without_scope_gets_the_registered_one()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "default" });
        Assert.Equal("openid profile email phone address offline_access api", (await host.SignInAsync("web", "default")).Text("scope"));
        Assert.Equal("api", (await host.TokenAsync("web", ("grant_type", "client_credentials"))).Text("scope"));
    }

    [Fact]
    public async Task Rfc6749_4_3_2_a_password_of_any_characters_arrives_as_it_was_typed()
    {
        const string Password = "密 码+&=%25/\"é😀";
        await host.AddAccountAsync(new NewAccount { UserName = "密码" }, Password);
        Assert.Equal(200, (await host.SignInAsync("web", "密码", Password)).Status);
        Assert.Equal("invalid_grant", (await host.SignInAsync("web", "密码", Password.Replace('+', ' '))).Text("error"));
    }

    [Theory]
    [InlineData("/connect/introspect")]
    [InlineData("/connect/revoke")]
    public async Task Rfc6749_2_3_the_other_endpoints_ask_for_the_client_in_the_same_way(string path)
    {
        var answer = await host.PostRawAsync(path, "token=a", authorization: RawRequest.Basic("web", "wrong"));
        answer.IsRefusal(401, """{"error":"invalid_client","error_description":"Client authentication failed."}""");
        Assert.Equal("Basic realm=\"token\"", answer.Headers["WWW-Authenticate"]);
        (await host.PostRawAsync(path, "token=a", "application/json", Web)).IsRefusal(400, """{"error":"invalid_request","error_description":"The body must be application/x-www-form-urlencoded."}""");
        (await host.PostRawAsync(path, Encoding.UTF8.GetBytes("token=%FF"), authorization: Web)).IsRefusal(400, $$"""{"error":"invalid_request","error_description":"{{FormData}}"}""");
    }

    [Fact]
    public async Task An_unknown_path_is_told_in_the_same_tongue() =>
        (await host.GetAsync("/connect/nothing")).IsRefusal(404, """{"error":"invalid_request","error_description":"There is no such endpoint."}""");

    public sealed class Host : IdentityHost
    {
        protected override JsonArray Clients
        {
            get
            {
                var clients = base.Clients;
                clients.Add(new JsonObject { ["client_id"] = "urn:awkward+client", ["client_secret"] = AwkwardSecret, ["grant_types"] = new JsonArray("client_credentials") });
                return clients;
            }
        }
    }
}
