using System.Text.Json;
using Identity.OpenId.Authorize;
using Identity.OpenId.Token;
using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Server.Authorize;

/// <summary>Claims asked for by name (OpenID Connect Core §5.5) on their way from the request to the id_token and userinfo; acr; request objects.</summary>
public sealed class ClaimsTests(CodeFlowHost host) : IClassFixture<CodeFlowHost>
{
    [Fact]
    public async Task A_claim_goes_where_it_was_asked_for_and_nowhere_else()
    {
        var tokens = await GrantedAsync("named", "site", ("claims", """{"userinfo":{"nickname":{"essential":true}},"id_token":{"email":null,"email_verified":null,"gender":{"essential":true}}}"""));
        var idToken = Jwt.Payload(tokens.Text("id_token"));
        Assert.Equal(("named@example.com", true), (idToken.GetProperty("email").GetString(), idToken.GetProperty("email_verified").GetBoolean()));
        // The account has no value: left out, and no error, though it is essential.
        Assert.Equal(["email", "email_verified"], Personal(idToken));
        var userInfo = (await host.UserInfoAsync(tokens.AccessToken)).Json;
        Assert.Equal("sub nickname", Names(userInfo));
    }

    [Fact]
    public async Task Without_the_parameter_the_id_token_has_nothing_of_the_person_whatever_the_scopes()
    {
        var tokens = await GrantedAsync("unnamed", "site", ("scope", "openid profile email"));
        Assert.Empty(Personal(Jwt.Payload(tokens.Text("id_token"))));
    }

    [Fact]
    public async Task A_refreshed_token_answers_as_the_first_did()
    {
        var tokens = await GrantedAsync("refreshed", "site", ("claims", """{"userinfo":{"nickname":null},"id_token":{"email":null}}"""));
        for (var i = 0; i < 3; i++)
        {
            tokens = await host.RefreshAsync("site", tokens.RefreshToken);
            Assert.Equal(["email"], Personal(Jwt.Payload(tokens.Text("id_token"))));
            Assert.Equal("sub nickname", Names((await host.UserInfoAsync(tokens.AccessToken)).Json));
        }
    }

    [Fact]
    public async Task A_reference_token_answers_alike()
    {
        var tokens = await GrantedAsync("reference", "reference", ("claims", """{"userinfo":{"nickname":null}}"""));
        Assert.Equal("sub nickname", Names((await host.UserInfoAsync(tokens.AccessToken)).Json));
    }

    [Fact]
    public async Task What_no_scope_of_the_registration_releases_is_not_had_by_naming_it()
    {
        // CodeFlowHost registers neither phone nor address.
        var tokens = await GrantedAsync("registered", "site", ("claims", """{"userinfo":{"phone_number":{"essential":true},"address":null,"name":null},"id_token":{"phone_number":null}}"""));
        Assert.Empty(Personal(Jwt.Payload(tokens.Text("id_token"))));
        Assert.Equal("sub name", Names((await host.UserInfoAsync(tokens.AccessToken)).Json));
    }

    [Fact]
    public async Task A_claim_beyond_the_scopes_is_shown_to_the_person_and_asked_once()
    {
        await AddAsync("asked");
        using var browser = new Browser(host);
        var page = await browser.SignInAsync(await browser.OpenAsync(CodeFlowHost.Request("shop", ("scope", "openid profile"))), "asked");
        Assert.NotNull((await browser.SubmitAsync(page, "Allow")).Parameter("code"));

        // What a scope of the request releases needs no word of its own, in whichever place it is asked for.
        Assert.NotNull((await browser.OpenAsync(Claims("shop", """{"id_token":{"nickname":null}}""", ("scope", "openid profile"), ("prompt", "none")))).Parameter("code"));

        const string Email = """{"userinfo":{"email":null}}""";
        Assert.Equal("consent_required", (await browser.OpenAsync(Claims("shop", Email, ("prompt", "none")))).Parameter("error"));
        page = await browser.OpenAsync(Claims("shop", Email));
        Assert.Equal(["know that it is you", "see your e-mail address"], page.Document.QuerySelectorAll("li").Select(line => line.TextContent));
        Assert.Equal("access_denied", (await browser.SubmitAsync(page, "Do not allow")).Parameter("error"));
        page = await browser.OpenAsync(Claims("shop", Email));
        Assert.NotNull((await browser.SubmitAsync(page, "Allow")).Parameter("code"));
        var silent = await browser.OpenAsync(Claims("shop", Email, ("prompt", "none")));
        var tokens = await host.RedeemAsync("shop", silent.Parameter("code")!);
        Assert.Equal("sub email", Names((await host.UserInfoAsync(tokens.AccessToken)).Json));

        // One claim is not the scope that has it, nor another claim.
        Assert.Equal("consent_required", (await browser.OpenAsync(CodeFlowHost.Request("shop", ("scope", "openid email"), ("prompt", "none")))).Parameter("error"));
        Assert.Equal("consent_required", (await browser.OpenAsync(Claims("shop", """{"id_token":{"email_verified":null}}""", ("prompt", "none")))).Parameter("error"));
        Assert.Contains("see your e-mail address", (await browser.OpenAsync("/account/applications")).Answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_subject_with_a_value_is_answered_about_that_person_or_nobody()
    {
        var (here, other) = (await AddAsync("here"), await AddAsync("other"));
        using var browser = new Browser(host);
        await browser.SignInAsync(await browser.OpenAsync("/sign-in"), "here");
        static string Wants(string subject) => """{"id_token":{"sub":{"value":"SUB"}}}""".Replace("SUB", subject, StringComparison.Ordinal);
        Assert.NotNull((await browser.OpenAsync(Claims("site", Wants(here), ("prompt", "none")))).Parameter("code"));
        Assert.Equal("login_required", (await browser.OpenAsync(Claims("site", Wants(other), ("prompt", "none")))).Parameter("error"));

        var page = await browser.OpenAsync(Claims("site", Wants(other)));
        Assert.Equal("Sign in", page.Heading);
        page = await browser.SignInAsync(page, "here");
        Assert.Equal("Sign in", page.Heading);
        var back = await browser.SignInAsync(page, "other");
        var tokens = await host.RedeemAsync("site", back.Parameter("code")!);
        Assert.Equal(other, Jwt.Payload(tokens.Text("id_token")).GetProperty("sub").GetString());
    }

    [Theory]
    [InlineData("{", "invalid_request")]
    [InlineData("""{"userinfo":{"name":1}}""", "invalid_request")]
    [InlineData("""{"id_token":{"acr":{"essential":true,"value":"urn:mace:incommon:iap:gold"}}}""", "unmet_authentication_requirements")]
    public async Task A_mistake_is_the_client_s_to_see(string claims, string error)
    {
        using var browser = new Browser(host);
        var back = await browser.OpenAsync(Claims("site", claims));
        Assert.Equal((error, "a state"), (back.Parameter("error"), back.Parameter("state")));
        var pushed = await host.PostAsync("/connect/par", "site", ("redirect_uri", CodeFlowHost.Callback), ("response_type", "code"), ("code_challenge", Pkce.Challenge(CodeFlowHost.Verifier)), ("code_challenge_method", "S256"), ("claims", claims));
        Assert.Equal((400, error), (pushed.Status, pushed.Text("error")));
    }

    [Fact]
    public async Task The_parameter_has_a_length_and_comes_once()
    {
        var longest = "{\"x\":\"" + new string('x', ClaimsRequest.MaxLength - 8) + "\"}";
        Assert.Equal(ClaimsRequest.MaxLength, longest.Length);
        using var browser = new Browser(host);
        Assert.Equal("Sign in", (await browser.OpenAsync(Claims("site", longest))).Heading);
        Assert.Equal("claims is too long.", (await browser.OpenAsync(Claims("site", longest + " "))).Parameter("error_description"));
        Assert.Equal("claims must not be repeated.", (await browser.OpenAsync(Claims("site", "{}") + "&claims={}")).Parameter("error_description"));
    }

    [Theory]
    [InlineData("acr_values", "urn:mace:incommon:iap:gold urn:other")]
    [InlineData("acr_values", AuthenticationContext.Password)]
    [InlineData("claims", """{"id_token":{"acr":{"values":["urn:other"]}}}""")]
    [InlineData("claims", """{"id_token":{"acr":{"essential":true}}}""")]
    [InlineData("claims", """{"id_token":{"acr":{"essential":true,"values":["urn:other","urn:cloudmind:acr:password"]}}}""")]
    [InlineData("display", "wap")]
    [InlineData("ui_locales", "tlh zh-CN")]
    [InlineData("claims_locales", "zh-CN en")]
    public async Task The_class_that_was_reached_is_told_whatever_was_wished_for(string parameter, string value)
    {
        var tokens = await GrantedAsync($"wish{parameter}{value.Length}", "site", (parameter, value));
        Assert.Equal(AuthenticationContext.Password, Jwt.Payload(tokens.Text("id_token")).GetProperty("acr").GetString());
    }

    [Theory]
    [InlineData("request", "eyJhbGciOiJub25lIn0.e30.", "request_not_supported")]
    [InlineData("request_uri", "https://rp.example/request.jwt", "request_uri_not_supported")]
    [InlineData("request_uri", "urn:ietf:params:oauth:request_uri", "request_uri_not_supported")]
    public async Task Request_objects_are_refused_by_name_where_the_client_can_see_it(string parameter, string value, string error)
    {
        using var browser = new Browser(host);
        var back = await browser.OpenAsync(CodeFlowHost.Request("site", (parameter, value)));
        Assert.Equal((error, "a state", host.Issuer), (back.Parameter("error"), back.Parameter("state"), back.Parameter("iss")));
        // Nowhere, if the address is not proved: whatever a request object says, only parameters prove one.
        var page = await browser.OpenAsync(CodeFlowHost.Request("site", (parameter, value), ("redirect_uri", "https://evil.example/")));
        Assert.Equal((400, "This request cannot be answered"), (page.Answer.Status, page.Heading));
        Assert.Null(page.Left);
        var pushed = await host.PostAsync("/connect/par", "site", ("redirect_uri", CodeFlowHost.Callback), ("response_type", "code"), (parameter, value));
        Assert.Equal((400, parameter is "request" ? error : "invalid_request"), (pushed.Status, pushed.Text("error")));
        Assert.Empty(host.Outside.Calls);
    }

    private static string Claims(string client, string claims, params (string Name, string? Value)[] parameters) => CodeFlowHost.Request(client, [.. parameters, ("claims", claims)]);

    private async Task<string> AddAsync(string name) => (await host.AddAccountAsync(new NewAccount
    {
        UserName = name,
        Name = "A Name",
        Nickname = "nick",
        Email = $"{name}@example.com",
        EmailVerified = true,
        PhoneNumber = "13800138000",
    })).Subject;

    private async Task<Answer> GrantedAsync(string name, string client, params (string Name, string? Value)[] parameters)
    {
        name = name.Replace('_', '-');
        await AddAsync(name);
        using var browser = new Browser(host);
        var back = await browser.SignInAsync(await browser.OpenAsync(CodeFlowHost.Request(client, parameters)), name);
        var tokens = await host.RedeemAsync(client, back.Parameter("code")!);
        Assert.Equal(200, tokens.Status);
        return tokens;
    }

    private static string Names(JsonElement json) => string.Join(' ', json.EnumerateObject().Select(member => member.Name));

    private static IEnumerable<string> Personal(JsonElement idToken) =>
        idToken.EnumerateObject().Select(member => member.Name).Intersect(Identity.OpenId.Scopes.ScopeClaims.All.Where(claim => claim is not "sub"), StringComparer.Ordinal);
}
