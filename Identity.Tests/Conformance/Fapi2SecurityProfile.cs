using System.Text.Json;
using Identity.OpenId.Clients;
using Identity.Server.Accounts;
using Identity.Tests.Support;
using Microsoft.AspNetCore.WebUtilities;

namespace Identity.Tests.Conformance;

/// <summary>
/// Plan fapi2-security-profile-final-test-plan with private_key_jwt, DPoP, OpenID Connect and plain FAPI: the modules that concern an
/// authorization server. What a client of the profile does when all is well.
/// </summary>
[Plan("FAPI 2.0 Security Profile")]
public sealed partial class Fapi2SecurityProfile(FapiHost host) : IClassFixture<FapiHost>
{
    private readonly FapiClient bank = new(host);
    private readonly FapiClient other = new(host, "bank2");

    [Fact, Module("fapi2-security-profile-final-discovery-end-point-verification")]
    public async Task The_metadata_has_what_the_profile_asks_for()
    {
        var metadata = (await host.GetAsync("/.well-known/openid-configuration")).Json;
        Assert.Equal(host.Issuer, metadata.GetProperty("issuer").GetString());
        foreach (var (name, values) in new (string, string[])[]
        {
            ("token_endpoint_auth_methods_supported", ["private_key_jwt"]),
            ("token_endpoint_auth_signing_alg_values_supported", ["ES256", "PS256"]),
            ("dpop_signing_alg_values_supported", ["ES256", "PS256"]),
            ("id_token_signing_alg_values_supported", ["ES256"]),
            ("userinfo_signing_alg_values_supported", ["ES256"]),
            ("code_challenge_methods_supported", ["S256"]),
        })
        {
            Assert.Superset(values.ToHashSet(StringComparer.Ordinal), metadata.GetProperty(name).EnumerateArray().Select(value => value.GetString()!).ToHashSet(StringComparer.Ordinal));
        }

        Assert.True(metadata.GetProperty("authorization_response_iss_parameter_supported").GetBoolean());
        foreach (var endpoint in new[] { "pushed_authorization_request_endpoint", "token_endpoint", "authorization_endpoint", "userinfo_endpoint", "jwks_uri" })
        {
            Assert.StartsWith(host.Issuer, metadata.GetProperty(endpoint).GetString(), StringComparison.Ordinal);
        }
    }

    [Fact, Module("fapi2-security-profile-final-happy-flow")]
    public async Task Two_clients_walk_the_flow_and_neither_can_use_the_others_token()
    {
        var (mine, theirs) = (await bank.SignInAsync("happy"), await other.SignInAsync("happy2"));
        foreach (var tokens in new[] { mine, theirs })
        {
            Assert.Equal((200, "DPoP", "no-store"), (tokens.Status, tokens.Text("token_type"), tokens.Headers["Cache-Control"]));
            Assert.Equal("ES256", Jwt.Header(tokens.Text("id_token")).GetProperty("alg").GetString());
        }

        Assert.Equal(200, (await bank.ResourceAsync(mine)).Status);
        Assert.Equal(200, (await other.ResourceAsync(theirs)).Status);
        Assert.Equal((401, "invalid_token"), await RefusalAsync(bank.ResourceAsync(theirs)));
    }

    [Fact, Module("fapi2-security-profile-final-ensure-authorization-request-without-state-success")]
    public async Task Without_a_state_none_comes_back()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "stateless" });
        using var browser = new Browser(host);
        var back = await bank.ArriveAsync("stateless", browser, ("state", null));
        Assert.Equal((null, host.Issuer), (back.Parameter("state"), back.Parameter("iss")));
        Assert.Equal(200, (await bank.RedeemAsync(back.Parameter("code")!)).Status);
    }

    [Fact, Module("fapi2-security-profile-final-ensure-authorization-request-without-nonce-success")]
    public async Task Without_a_nonce_the_id_token_has_none() =>
        Assert.False(Jwt.Payload((await bank.SignInAsync("nonceless", ("nonce", null))).Text("id_token")).TryGetProperty("nonce", out _));

    [Theory]
    [InlineData(64), Module("fapi2-security-profile-final-ensure-authorization-request-with-64-char-nonce-success")]
    [InlineData(384), Module("fapi2-security-profile-final-ensure-authorization-request-with-long-nonce")]
    public async Task A_long_nonce_comes_back_whole(int length)
    {
        var nonce = new string('n', length);
        Assert.Equal(nonce, Jwt.Payload((await bank.SignInAsync($"nonce{length}", ("nonce", nonce))).Text("id_token")).GetProperty("nonce").GetString());
    }

    [Fact, Module("fapi2-security-profile-final-ensure-authorization-request-with-long-state")]
    public async Task A_long_state_comes_back_whole()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "longstate" });
        using var browser = new Browser(host);
        var state = new string('s', 1000);
        Assert.Equal(state, (await bank.ArriveAsync("longstate", browser, ("state", state))).Parameter("state"));
    }

    [Fact, Module("fapi2-security-profile-final-ensure-other-scope-order-succeeds")]
    public async Task The_order_of_the_scopes_means_nothing() => Assert.Equal(200, (await bank.SignInAsync("ordered", ("scope", "offline_access openid"))).Status);

    [Fact, Module("fapi2-security-profile-final-access-token-type-header-case-sensitivity")]
    public async Task The_scheme_of_the_token_may_be_written_in_any_letters()
    {
        var tokens = await bank.SignInAsync("lettered");
        foreach (var scheme in new[] { "DPoP", "dpop", "DPOP" })
        {
            Assert.Equal(200, (await host.ProvedUserInfoAsync(tokens.AccessToken, host.UserInfoProof(bank.Key, tokens.AccessToken), scheme)).Status);
        }
    }

    [Fact, Module("fapi2-security-profile-final-refresh-token")]
    public async Task A_refresh_token_is_its_clients_and_is_not_replaced()
    {
        var (mine, theirs) = (await bank.SignInAsync("refreshing"), await other.SignInAsync("refreshing2"));
        foreach (var (client, tokens) in new[] { (bank, mine), (other, theirs) })
        {
            // §5.3.2.1: no rotation, and what was answered once is answered again.
            for (var time = 1; time <= 2; time++)
            {
                host.Clock.Advance(TimeSpan.FromMinutes(time));
                var next = await client.RefreshAsync(tokens.RefreshToken);
                Assert.Equal((200, tokens.RefreshToken, "DPoP"), (next.Status, next.RefreshToken, next.Text("token_type")));
                Assert.Equal(200, (await client.ResourceAsync(next)).Status);
            }
        }

        Assert.Equal((400, "invalid_grant"), await RefusalAsync(other.RefreshAsync(mine.RefreshToken)));
        Assert.Equal((400, "invalid_request"), await RefusalAsync(bank.RefreshAsync(mine.RefreshToken, proof: "")));
        Assert.Equal((401, "invalid_client"), await RefusalAsync(host.PostAsync("/connect/token", null, ("client_id", "bank"), ("grant_type", "refresh_token"), ("refresh_token", mine.RefreshToken))));
        // None of these was held against the token.
        Assert.Equal(200, (await bank.RefreshAsync(mine.RefreshToken)).Status);
    }

    [Fact, Module("fapi2-security-profile-final-test-claims-parameter-identity-claims")]
    public async Task Claims_can_be_asked_for_by_name()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "claimed", Name = "李雷", Nickname = "lei", Email = "claimed@example.com", EmailVerified = true, Gender = "male" });
        using var browser = new Browser(host);
        var back = await bank.ArriveAsync("claimed", browser, ("claims", """{"userinfo":{"name":null,"gender":null,"email":{"essential":true}},"id_token":{"nickname":null}}"""));
        var tokens = await bank.RedeemAsync(back.Parameter("code")!);
        Assert.Equal("lei", Jwt.Payload(tokens.Text("id_token")).GetProperty("nickname").GetString());
        var told = await bank.ResourceAsync(tokens);
        Assert.Equal(("李雷", "male", "claimed@example.com"), (told.Text("name"), told.Text("gender"), told.Text("email")));
    }

    [Fact, Module("fapi2-security-profile-final-user-rejects-authentication")]
    public async Task A_person_who_says_no_is_told_to_the_client()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "rejecting" });
        using var browser = new Browser(host);
        var asking = new FapiClient(host, "bank-asking");
        var page = await browser.SignInAsync(await browser.OpenAsync(asking.Start(await asking.PushAsync())), "rejecting");
        var back = await browser.SubmitAsync(page, "Do not allow");
        Assert.Equal(("access_denied", "a state", host.Issuer, null), (back.Parameter("error"), back.Parameter("state"), back.Parameter("iss"), back.Parameter("code")));
    }

    [Fact]
    public async Task An_answer_is_a_303_that_says_who_gave_it()
    {
        var answer = await host.GetAsync(bank.Start(await bank.PushAsync(("prompt", "none"))));
        Assert.Equal(303, answer.Status);
        var query = QueryHelpers.ParseQuery(new Uri(answer.Headers["Location"]).Query);
        Assert.Equal(("login_required", "a state", host.Issuer), (query["error"].ToString(), query["state"].ToString(), query["iss"].ToString()));
    }

    public static TheoryData<string, Func<ClientMetadata, ClientMetadata>> Registrations => new()
    {
        { "", client => client },
        { "profile must be fapi2, or absent.", client => client with { Profile = "fapi1" } },
        { "profile fapi2 takes token_endpoint_auth_method private_key_jwt.", client => client with { TokenEndpointAuthMethod = "client_secret_basic", ClientSecret = new string('s', 32), Jwks = null } },
        { "profile fapi2 takes id_token_signed_response_alg ES256.", client => client with { IdTokenSignedResponseAlg = "RS256" } },
        { "profile fapi2 takes userinfo_signed_response_alg ES256, or none.", client => client with { UserinfoSignedResponseAlg = "RS256" } },
        { "profile fapi2 does not go with require_pkce: false.", client => client with { RequirePkce = false } },
        { "profile fapi2 takes an authorization_code_lifetime of 60 seconds at most.", client => client with { AuthorizationCodeLifetime = TimeSpan.FromSeconds(61) } },
        { "profile fapi2 does not go with the grant password.", client => client with { GrantTypes = ["password"], FirstParty = true } },
        { "profile fapi2 takes P-256 keys in jwks, or RSA keys of 2048 bits or more.", client => client with { Jwks = JsonElement.Parse("""{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}""") } },
        { "profile fapi2 takes P-256 keys in jwks, or RSA keys of 2048 bits or more.", client => client with { Jwks = JsonElement.Parse("""{"keys":[{"kty":"EC","crv":"P-521","x":"AQ","y":"AQ"}]}""") } },
    };

    [Theory, MemberData(nameof(Registrations), DisableDiscoveryEnumeration = true)]
    public void Each_mistake_of_a_registration_is_one_sentence(string mistakes, Func<ClientMetadata, ClientMetadata> change) => Assert.Equal(
        mistakes,
        string.Join('|', ClientRules.Mistakes(
            change(new ClientMetadata
            {
                ClientId = "bank",
                Profile = "fapi2",
                TokenEndpointAuthMethod = "private_key_jwt",
                Jwks = JsonElement.Parse(new SigningClient().Jwks().ToJsonString()),
                IdTokenSignedResponseAlg = "ES256",
                GrantTypes = ["authorization_code", "refresh_token"],
                RedirectUris = [CodeFlowHost.Callback],
            }),
            ["authorization_code", "refresh_token", "password"],
            [],
            production: true)));

    private static async Task<(int Status, string Error)> RefusalAsync(Task<Answer> answer)
    {
        var refused = await answer;
        return (refused.Status, refused.Text("error"));
    }
}
