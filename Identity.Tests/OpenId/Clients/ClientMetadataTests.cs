using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Identity.OpenId.Clients;
using Identity.OpenId.Scopes;
using Identity.OpenId.Token;

namespace Identity.Tests.OpenId.Clients;

public sealed class ClientMetadataTests
{
    [Fact]
    public void Rfc7591_2_what_is_absent_has_its_documented_default()
    {
        var client = Read("""{"client_id":"app"}""");
        Assert.Equal(new ClientMetadata { ClientId = "app" }.Write(), client.Write());
        Assert.Equal("client_secret_basic", client.TokenEndpointAuthMethod);
        Assert.Equal("RS256", client.IdTokenSignedResponseAlg);
        Assert.Equal(
            (TimeSpan.FromHours(1), TimeSpan.FromHours(1), TimeSpan.FromDays(30), TimeSpan.FromDays(180)),
            (client.AccessTokenLifetime, client.IdTokenLifetime, client.RefreshTokenLifetime, client.RefreshTokenAbsoluteLifetime));
        Assert.Equal(new RefreshPolicy(Rotates: true, TimeSpan.FromSeconds(30)), client.RefreshPolicy);
        Assert.Equal((false, false, "", null), (client.FirstParty, client.MayIntrospect, client.Scope, client.ClientSecret));
        Assert.Empty(client.GrantTypes);
        Assert.Empty(client.Contacts);
        Assert.Empty(client.ClientSecretHashes);
    }

    [Fact]
    public void What_is_written_reads_back() => Any.ForAll(
        from texts in Any.Text.ArrayOf(8)
        from lists in Any.Text.ListOf().ArrayOf(6)
        from hashes in Any.Text.SelectMany(hash => Gen.Choose(-1, int.MaxValue).Select(end => new ClientSecretHash(hash, end < 0 ? null : end))).ListOf()
        from flags in Gen.Elements(true, false).ArrayOf(3)
        from seconds in Gen.Choose(0, 400 * 86400).ArrayOf(5)
        select new ClientMetadata
        {
            ClientId = texts[0],
            ClientName = texts[1],
            TokenEndpointAuthMethod = texts[2],
            GrantTypes = [.. lists[0]],
            Scope = texts[3],
            IdTokenSignedResponseAlg = texts[4],
            ClientUri = texts[5].Length > 4 ? null : texts[5],
            LogoUri = texts[6],
            PolicyUri = texts[7],
            TosUri = null,
            Contacts = [.. lists[1]],
            RedirectUris = [.. lists[2]],
            PostLogoutRedirectUris = [.. lists[3]],
            CorsOrigins = [.. lists[4]],
            TokenExchangeFrom = [.. lists[5]],
            ClientSecretHashes = [.. hashes],
            FirstParty = flags[0],
            MayIntrospect = flags[1],
            RotateRefreshTokens = flags[2],
            AccessTokenLifetime = TimeSpan.FromSeconds(seconds[0]),
            IdTokenLifetime = TimeSpan.FromSeconds(seconds[1]),
            RefreshTokenLifetime = TimeSpan.FromSeconds(seconds[2]),
            RefreshTokenAbsoluteLifetime = TimeSpan.FromSeconds(seconds[3]),
            RefreshReplayWindow = TimeSpan.FromSeconds(seconds[4]),
        },
        client =>
        {
            var read = Read(client.Write());
            Assert.Equal(client.GrantTypes, read.GrantTypes);
            Assert.Equal(client.Contacts, read.Contacts);
            Assert.Equal(client.ClientSecretHashes, read.ClientSecretHashes);
            Assert.Equal(client.RedirectUris, read.RedirectUris);
            Assert.Equal(client.PostLogoutRedirectUris, read.PostLogoutRedirectUris);
            Assert.Equal(client.CorsOrigins, read.CorsOrigins);
            Assert.Equal(client.TokenExchangeFrom, read.TokenExchangeFrom);
            Assert.Equal(client.ExternalApps, read.ExternalApps);
            Assert.Equal(client, read with { ExternalApps = client.ExternalApps, RedirectUris = client.RedirectUris, PostLogoutRedirectUris = client.PostLogoutRedirectUris, CorsOrigins = client.CorsOrigins, TokenExchangeFrom = client.TokenExchangeFrom, GrantTypes = client.GrantTypes, Contacts = client.Contacts, ClientSecretHashes = client.ClientSecretHashes });
        });

    [Fact]
    public void Each_setting_has_its_word()
    {
        var client = Read("""
            {
              "client_id": "app", "client_name": "应用", "client_secret": "s", "token_endpoint_auth_method": "client_secret_post",
              "grant_types": ["password", "refresh_token"], "scope": "openid api", "id_token_signed_response_alg": "ES256",
              "client_uri": "https://a", "logo_uri": "https://b", "policy_uri": "https://c", "tos_uri": "https://d", "contacts": ["a@b"],
              "client_secret_hashes": [{ "hash": "h", "expires_at": 5 }, { "hash": "i" }], "client_secret_hash": "j",
              "first_party": true, "may_introspect": true, "access_token_lifetime": 1, "id_token_lifetime": 2,
              "refresh_token_lifetime": 3, "refresh_token_absolute_lifetime": 4, "refresh_replay_window": 0, "rotate_refresh_tokens": false
            }
            """);
        Assert.Equal(("app", "应用", "s", "client_secret_post"), (client.ClientId, client.ClientName, client.ClientSecret, client.TokenEndpointAuthMethod));
        Assert.Equal(["password", "refresh_token"], client.GrantTypes);
        Assert.Equal(("openid api", "ES256", "j"), (client.Scope, client.IdTokenSignedResponseAlg, client.ClientSecretHash));
        Assert.Equal(("https://a", "https://b", "https://c", "https://d"), (client.ClientUri, client.LogoUri, client.PolicyUri, client.TosUri));
        Assert.Equal(["a@b"], client.Contacts);
        Assert.Equal([new("h", 5), new("i")], client.ClientSecretHashes);
        Assert.Equal((true, true, false), (client.FirstParty, client.MayIntrospect, client.RotateRefreshTokens));
        Assert.Equal(
            [1, 2, 3, 4, 0],
            new[] { client.AccessTokenLifetime, client.IdTokenLifetime, client.RefreshTokenLifetime, client.RefreshTokenAbsoluteLifetime, client.RefreshReplayWindow }.Select(span => span.TotalSeconds));
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    [InlineData("\"true\"", true)]
    [InlineData("\"True\"", true)]
    [InlineData("\"FALSE\"", false)]
    [InlineData("\"1\"", null)]
    [InlineData("\"yes\"", null)]
    [InlineData("\"\"", null)]
    [InlineData("1", null)]
    [InlineData("null", null)]
    [InlineData("[]", null)]
    public void A_boolean_may_be_text(string json, bool? value)
    {
        var (client, mistake) = ClientMetadata.Read($$"""{"first_party":{{json}}}""");
        Assert.Equal(value, client?.FirstParty);
        Assert.Equal(value is null ? WrongType("first_party") : null, mistake);
    }

    [Theory]
    [InlineData("5", 5L)]
    [InlineData("\"5\"", 5L)]
    [InlineData("null", null)]
    public void A_number_may_be_text(string json, long? value) =>
        Assert.Equal(value, Read($$"""{"client_secret_hashes":[{"hash":"h","expires_at":{{json}}}]}""").ClientSecretHashes[0].ExpiresAt);

    [Theory]
    [InlineData("3600", "01:00:00")]
    [InlineData("0", "00:00:00")]
    [InlineData("\"3600\"", "01:00:00")]
    [InlineData("\"01:00:00\"", "01:00:00")]
    [InlineData("\"1:00:00\"", "01:00:00")]
    [InlineData("\"00:00:30\"", "00:00:30")]
    [InlineData("\"23:59:59\"", "23:59:59")]
    [InlineData("\"24:00:00\"", "1.00:00:00")]
    [InlineData("\"720:00:00\"", "30.00:00:00")]
    [InlineData("\"30.00:00:00\"", "30.00:00:00")]
    [InlineData("\"PT1H\"", "01:00:00")]
    [InlineData("\"PT90M\"", "01:30:00")]
    [InlineData("\"P30D\"", "30.00:00:00")]
    [InlineData("\"P1DT1S\"", "1.00:00:01")]
    [InlineData("\"-00:00:01\"", "-00:00:01")]
    [InlineData("-1", "-00:00:01")]
    public void A_lifetime_is_a_clock_iso_8601_or_seconds(string json, string lifetime) => Assert.Equal(
        TimeSpan.ParseExact(lifetime, "c", CultureInfo.InvariantCulture),
        Read($$"""{"refresh_token_lifetime":{{json}}}""").RefreshTokenLifetime);

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\" 3600\"")]
    [InlineData("\"3600 \"")]
    [InlineData("\"1.5\"")]
    [InlineData("\"-5\"")]
    [InlineData("\"1h\"")]
    [InlineData("\"30 days\"")]
    [InlineData("\"P\"")]
    [InlineData("\"PT\"")]
    [InlineData("\"30D\"")]
    [InlineData("\"P999999999D\"")]
    [InlineData("\"P99999999999999999999D\"")]
    [InlineData("\"00:60:00\"")]
    [InlineData("\"00:00:60\"")]
    [InlineData("\"1:00:00:00\"")]
    [InlineData("\"9999999999:00:00\"")]
    [InlineData("\"99999999999\"")]
    [InlineData("99999999999")]
    [InlineData("1.5")]
    [InlineData("true")]
    [InlineData("null")]
    public void Anything_else_is_no_lifetime(string json) =>
        Assert.Equal((null, WrongType("refresh_token_lifetime")), ClientMetadata.Read($$"""{"refresh_token_lifetime":{{json}}}"""));

    [Theory]
    [InlineData("""{"client_id":"a","redirect_urls":[]}""", "redirect_urls")]
    [InlineData("""{"ClientId":"a"}""", "ClientId")]
    [InlineData("""{"a b":1}""", "['a b']")]
    [InlineData("""{"client_secret_hashes":[{"hash":"h","expires":1}]}""", "client_secret_hashes[0].expires")]
    [InlineData("""{"client_id":null}""", "client_id")]
    [InlineData("""{"client_id":1}""", "client_id")]
    [InlineData("""{"grant_types":null}""", "grant_types")]
    [InlineData("""{"grant_types":"password"}""", "grant_types")]
    [InlineData("""{"grant_types":["password",1]}""", "grant_types[1]")]
    public void A_setting_nobody_knows_or_of_another_type_is_named(string json, string name) =>
        Assert.Equal((null, WrongType(name)), ClientMetadata.Read(json));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("\"app\"")]
    [InlineData("{")]
    [InlineData("client_id=app")]
    public void What_is_no_registration_is_called_so(string json) =>
        Assert.Equal((null, "It is not a client registration."), ClientMetadata.Read(json));

    [Fact]
    public void Any_text_is_a_registration_or_a_mistake() => Any.ForAll(
        Gen.OneOf(Any.Text, Any.Text.Select(text => $$"""{"refresh_token_lifetime":"{{text.Replace("\\", "").Replace("\"", "")}}"}""")),
        text =>
        {
            var (client, mistake) = ClientMetadata.Read(text);
            Assert.Equal(client is null, mistake is not null);
        });

    [Fact]
    public void The_secret_in_clear_is_neither_written_nor_in_the_text()
    {
        var client = new ClientMetadata { ClientId = "app", ClientSecret = "geheim" };
        Assert.DoesNotContain("geheim", client.Write(), StringComparison.Ordinal);
        Assert.Equal("ClientMetadata { ClientId = app }", client.ToString());
    }

    [Theory]
    [InlineData("none", true, false)]
    [InlineData("client_secret_basic", false, false)]
    [InlineData("internal", false, true)]
    [InlineData("None", false, false)]
    public void How_a_client_proves_itself_says_what_it_is(string method, bool isPublic, bool isInternal)
    {
        var client = new ClientMetadata { TokenEndpointAuthMethod = method };
        Assert.Equal((isPublic, isInternal), (client.IsPublic, client.IsInternal));
    }

    [Fact]
    public void A_client_may_use_what_it_registered()
    {
        var client = new ClientMetadata { GrantTypes = ["password"], Scope = "openid api" };
        Assert.True(client.MayUse("password"));
        Assert.False(client.MayUse("Password"));
        Assert.False(client.MayUse("refresh_token"));
        Assert.Equal(ScopeSet.Of("openid", "api"), client.Scopes());
        Assert.Empty(new ClientMetadata { Scope = "\"" }.Scopes());
    }

    private static string WrongType(string name) => $"{name} is not a setting of a client, or its value is of the wrong type.";

    private static ClientMetadata Read(string json)
    {
        var (client, mistake) = ClientMetadata.Read(json);
        Assert.Null(mistake);
        return client!;
    }
}
