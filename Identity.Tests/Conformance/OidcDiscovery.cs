using System.Text.Json;
using Identity.Server.Accounts;
using Identity.Server.Keys;
using Identity.Tests.Support;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Identity.Tests.Conformance;

/// <summary>OpenID Connect Discovery 1.0, RFC 8414 and the key set of RFC 7517.</summary>
public sealed class OidcDiscovery(IdentityHost host) : IClassFixture<IdentityHost>
{
    private const string Metadata = "/.well-known/openid-configuration";
    private const string Keys = "/.well-known/jwks";

    [Fact]
    public async Task Discovery_4_2_the_metadata_is_what_the_design_documents()
    {
        var expected = $$"""
            {"issuer":"{{host.Issuer}}",
            "authorization_endpoint":"{{host.Issuer}}/connect/authorize",
            "token_endpoint":"{{host.Issuer}}/connect/token",
            "jwks_uri":"{{host.Issuer}}/.well-known/jwks",
            "userinfo_endpoint":"{{host.Issuer}}/connect/userinfo",
            "introspection_endpoint":"{{host.Issuer}}/connect/introspect",
            "revocation_endpoint":"{{host.Issuer}}/connect/revoke",
            "end_session_endpoint":"{{host.Issuer}}/connect/endsession",
            "pushed_authorization_request_endpoint":"{{host.Issuer}}/connect/par",
            "device_authorization_endpoint":"{{host.Issuer}}/connect/device",
            "scopes_supported":["openid","profile","email","address","phone","offline_access","api"],
            "response_types_supported":["code"],
            "response_modes_supported":["query","fragment","form_post"],
            "code_challenge_methods_supported":["S256"],
            "prompt_values_supported":["none","login","consent","select_account","create"],
            "authorization_response_iss_parameter_supported":true,
            "grant_types_supported":["authorization_code","password","refresh_token","client_credentials","urn:ietf:params:oauth:grant-type:device_code","urn:ietf:params:oauth:grant-type:token-exchange","urn:cloudmind:grant-type:api-key"],
            "subject_types_supported":["public","pairwise"],
            "id_token_signing_alg_values_supported":["RS256","ES256"],
            "userinfo_signing_alg_values_supported":["RS256","ES256"],
            "introspection_signing_alg_values_supported":["RS256","ES256"],
            "token_endpoint_auth_methods_supported":["client_secret_basic","client_secret_post","private_key_jwt","none"],
            "token_endpoint_auth_signing_alg_values_supported":["ES256","PS256","RS256"],
            "introspection_endpoint_auth_methods_supported":["client_secret_basic","client_secret_post","private_key_jwt"],
            "revocation_endpoint_auth_methods_supported":["client_secret_basic","client_secret_post","private_key_jwt","none"],
            "dpop_signing_alg_values_supported":["ES256","PS256"],
            "claims_supported":["sub","address","email","email_verified","phone_number","phone_number_verified","name","family_name","given_name","middle_name","nickname","preferred_username","profile","picture","website","gender","birthdate","zoneinfo","locale","updated_at","auth_time","acr","amr"],
            "acr_values_supported":["urn:cloudmind:acr:password"],
            "backchannel_logout_supported":true,
            "backchannel_logout_session_supported":true,
            "request_uri_parameter_supported":false,
            "request_parameter_supported":false,
            "claims_parameter_supported":true}
            """.ReplaceLineEndings("");
        Assert.Equal(expected, (await host.GetAsync(Metadata)).Body);
    }

    [Fact]
    public async Task Rfc8414_3_both_well_known_places_say_the_same()
    {
        var (openid, oauth) = (await host.GetAsync(Metadata), await host.GetAsync("/.well-known/oauth-authorization-server"));
        Assert.Equal((200, openid.Body, openid.Headers["ETag"]), (oauth.Status, oauth.Body, oauth.Headers["ETag"]));
    }

    [Fact]
    public async Task Every_address_in_the_metadata_answers()
    {
        var addresses = (await host.GetAsync(Metadata)).Json.EnumerateObject()
            .Where(member => member.Value.ValueKind == JsonValueKind.String && !member.NameEquals("issuer")).Select(member => new Uri(member.Value.GetString()!)).ToList();
        Assert.Equal(9, addresses.Count);
        foreach (var address in addresses)
        {
            var statuses = new[] { (await host.GetAsync(address.PathAndQuery)).Status, (await host.PostRawAsync(address.PathAndQuery, "")).Status };
            Assert.All(statuses, status => Assert.Contains(status, new[] { 200, 303, 400, 401, 405 }));
            Assert.Contains(statuses, status => status != 405);
        }
    }

    [Theory]
    [InlineData(Metadata, 3600)]
    [InlineData(Keys, 600)]
    public async Task A_document_may_be_kept_and_asked_for_again(string path, int seconds)
    {
        var answer = await host.GetAsync(path);
        Assert.Equal(
            (200, $"public, max-age={seconds}", "application/json; charset=utf-8", "*"),
            (answer.Status, answer.Headers["Cache-Control"], answer.Headers["Content-Type"], answer.Headers["Access-Control-Allow-Origin"]));
        var tag = answer.Headers["ETag"];
        Assert.Matches("^\"[A-Za-z0-9_-]+\"$", tag);
        // RFC 9110 §13.1.2: a list, a weak tag (what a compressing proxy makes of ours), and the star.
        foreach (var asked in new[] { tag, $"\"other\", {tag}", $"W/{tag}", "*" })
        {
            var again = await host.GetAsync(path, ("If-None-Match", asked));
            Assert.Equal((304, "", tag), (again.Status, again.Body, again.Headers["ETag"]));
            Assert.Equal($"public, max-age={seconds}", again.Headers["Cache-Control"]);
        }

        foreach (var asked in new[] { "\"other\"", "nonsense", "W/", $"{tag[..^2]}\"" })
        {
            Assert.Equal(200, (await host.GetAsync(path, ("If-None-Match", asked))).Status);
        }
    }

    [Theory]
    [InlineData(Metadata)]
    [InlineData("/.well-known/oauth-authorization-server")]
    [InlineData(Keys)]
    [InlineData("/site.css")]
    public async Task Rfc9110_9_3_2_HEAD_answers_as_GET_does_without_the_body(string path)
    {
        var (got, head) = (await host.GetAsync(path), await host.SendAsync(new HttpRequestMessage(HttpMethod.Head, path)));
        Assert.Equal((200, ""), (head.Status, head.Body));
        Assert.All(got.Headers.Where(header => header.Key is not "Date"), header => Assert.Equal(header.Value, head.Headers[header.Key]));
    }

    [Fact]
    public async Task Rfc7517_4_the_key_set_shows_public_halves_and_nothing_more()
    {
        var keys = (await host.GetAsync(Keys)).Json.GetProperty("keys").EnumerateArray().ToList();
        Assert.All(keys, key => Assert.Equal(
            key.GetProperty("kty").ValueEquals("EC") ? "kty use kid alg crv x y" : "kty use kid alg n e",
            string.Join(' ', key.EnumerateObject().Select(member => member.Name))));
        Assert.Equal(keys.Count, keys.Select(key => key.GetProperty("kid").GetString()).Distinct(StringComparer.Ordinal).Count());
        Assert.All(keys, key => Assert.Equal("sig", key.GetProperty("use").GetString()));
    }

    [Fact]
    public async Task The_key_set_verifies_what_is_issued()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "verified" });
        var tokens = await host.SignInAsync("web", "verified");
        foreach (var token in new[] { tokens.AccessToken, tokens.Text("id_token") })
        {
            Assert.True(await VerifiesAsync(token));
            Assert.False(await VerifiesAsync(token[..^8] + "AAAAAAAA"));
        }
    }

    [Fact]
    public async Task A_new_key_is_announced_fourteen_days_before_it_signs_and_an_old_one_stays_while_its_tokens_live()
    {
        await using var alone = new IdentityHost();
        await alone.InitializeAsync();
        await alone.AddAccountAsync(new NewAccount { UserName = "rotation" });
        var old = await KidsAsync(alone);
        Assert.Equal(2, old.Count);
        var start = alone.Clock.GetUtcNow();

        await AtAsync(TimeSpan.FromDays(76) - TimeSpan.FromSeconds(1));
        Assert.Equal(old, await KidsAsync(alone));
        await AtAsync(TimeSpan.FromDays(76));
        var announced = await KidsAsync(alone);
        Assert.Equal(4, announced.Count);
        Assert.Superset(old, announced);
        Assert.Subset(old, await SigningAsync());

        await AtAsync(TimeSpan.FromDays(90) - TimeSpan.FromSeconds(1));
        Assert.Subset(old, await SigningAsync());
        var last = (await alone.SignInAsync("web", "rotation")).AccessToken;
        await AtAsync(TimeSpan.FromDays(90));
        Assert.Equal(announced.Except(old, StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal), await SigningAsync());
        Assert.Equal(200, (await alone.UserInfoAsync(last)).Status);

        // The longest life that a registration may ask for, and ten minutes.
        await AtAsync(TimeSpan.FromDays(120) + TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        Assert.Equal(announced, await KidsAsync(alone));
        await AtAsync(TimeSpan.FromDays(120) + TimeSpan.FromMinutes(10));
        Assert.Equal(announced.Except(old, StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal), await KidsAsync(alone));

        async Task AtAsync(TimeSpan age)
        {
            alone.Clock.Advance(start + age - alone.Clock.GetUtcNow());
            await alone.Services.GetRequiredService<SigningKeys>().RotateAsync(CancellationToken.None);
        }

        async Task<HashSet<string>> SigningAsync()
        {
            var tokens = await alone.SignInAsync("web", "rotation");
            return new([Jwt.Header(tokens.AccessToken).GetProperty("kid").GetString()!, Jwt.Header(tokens.Text("id_token")).GetProperty("kid").GetString()!], StringComparer.Ordinal);
        }
    }

    [Fact]
    public async Task Rotations_at_once_make_one_key_of_each_kind()
    {
        await using var alone = new IdentityHost();
        await alone.InitializeAsync();
        alone.Clock.Advance(TimeSpan.FromDays(80));
        var keys = alone.Services.GetRequiredService<SigningKeys>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => keys.RotateAsync(CancellationToken.None))));
        Assert.Equal(4, (await KidsAsync(alone)).Count);
    }

    [Fact]
    public async Task Keys_survive_a_restart()
    {
        await using var alone = new IdentityHost();
        await alone.InitializeAsync();
        var before = await KidsAsync(alone);
        await alone.RestartAsync();
        Assert.Equal(before, await KidsAsync(alone));
    }

    private static async Task<HashSet<string>> KidsAsync(IdentityHost host) =>
        (await host.GetAsync(Keys)).Json.GetProperty("keys").EnumerateArray().Select(key => key.GetProperty("kid").GetString()!).ToHashSet(StringComparer.Ordinal);

    private async Task<bool> VerifiesAsync(string token) => (await new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
    {
        IssuerSigningKeys = new JsonWebKeySet((await host.GetAsync(Keys)).Body).GetSigningKeys(),
        ValidIssuer = host.Issuer,
        ValidateAudience = false,
        ValidateLifetime = false,
    })).IsValid;
}
