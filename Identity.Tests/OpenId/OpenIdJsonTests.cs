using System.Text.Json;
using Identity.OpenId;
using Identity.OpenId.Discovery;
using Identity.OpenId.Errors;
using Identity.OpenId.Introspection;
using Identity.OpenId.Keys;
using Identity.OpenId.Token;

namespace Identity.Tests.OpenId;

public sealed class OpenIdJsonTests
{
    [Fact]
    public void Rfc6749_5_1_a_token_response_has_what_there_is_and_no_more()
    {
        Assert.Equal(
            """{"access_token":"at","token_type":"Bearer","expires_in":3600}""",
            JsonSerializer.Serialize(new TokenResponse { AccessToken = "at", ExpiresIn = 3600 }, OpenIdJson.Default.TokenResponse));
        Assert.Equal(
            """{"access_token":"at","token_type":"Bearer","expires_in":3600,"refresh_token":"rt","id_token":"it","scope":"openid api"}""",
            JsonSerializer.Serialize(Full, OpenIdJson.Default.TokenResponse));
    }

    [Fact]
    public void No_token_is_in_the_text_of_a_response() =>
        Assert.Equal("TokenResponse { ExpiresIn = 3600, Scope = openid api }", Full.ToString());

    public static TheoryData<OAuthError, string, int> Errors => new()
    {
        { OAuthError.InvalidRequest("a is missing."), """{"error":"invalid_request","error_description":"a is missing."}""", 400 },
        { OAuthError.InvalidClient(), """{"error":"invalid_client","error_description":"Client authentication failed."}""", 401 },
        { OAuthError.InvalidGrant("No.", RefusalReason.WrongPassword), """{"error":"invalid_grant","error_description":"No."}""", 400 },
        { OAuthError.UnauthorizedClient("No."), """{"error":"unauthorized_client","error_description":"No."}""", 400 },
        { OAuthError.InvalidScope("No."), """{"error":"invalid_scope","error_description":"No."}""", 400 },
        { OAuthError.InvalidToken("No.", RefusalReason.Expired), """{"error":"invalid_token","error_description":"No."}""", 401 },
        { OAuthError.InsufficientScope("No."), """{"error":"insufficient_scope","error_description":"No."}""", 403 },
        { OAuthError.UnsupportedGrantType, """{"error":"unsupported_grant_type","error_description":"The grant type is not supported."}""", 400 },
        { OAuthError.UnsupportedTokenType, """{"error":"unsupported_token_type","error_description":"Tokens of this type cannot be revoked here."}""", 400 },
        { OAuthError.ServerError, """{"error":"server_error","error_description":"The server met an unexpected condition."}""", 500 },
        { new("temporarily_unavailable"), """{"error":"temporarily_unavailable"}""", 503 },
        { new("access_denied"), """{"error":"access_denied"}""", 400 },
    };

    [Theory, MemberData(nameof(Errors), DisableDiscoveryEnumeration = true)]
    public void Rfc6749_5_2_an_error_has_code_and_description_and_neither_reason_nor_status(OAuthError error, string json, int status)
    {
        Assert.Equal(json, JsonSerializer.Serialize(error, OpenIdJson.Default.OAuthError));
        Assert.Equal(status, error.StatusCode);
    }

    [Fact]
    public void The_reason_of_a_refusal_is_for_the_log() => Assert.All(Enum.GetValues<RefusalReason>(), reason => Assert.Equal(
        """{"error":"invalid_grant","error_description":"No."}""",
        JsonSerializer.Serialize(OAuthError.InvalidGrant("No.", reason), OpenIdJson.Default.OAuthError)));

    [Fact]
    public void Discovery_3_and_Rfc8414_2_the_names_of_the_metadata() => Assert.Equal(
        """{"issuer":"i","authorization_endpoint":"z","token_endpoint":"t","jwks_uri":"j","userinfo_endpoint":"u","introspection_endpoint":"n","revocation_endpoint":"r","end_session_endpoint":"e","pushed_authorization_request_endpoint":"p","device_authorization_endpoint":"d","scopes_supported":["openid"],"response_types_supported":["code"],"response_modes_supported":["query"],"code_challenge_methods_supported":["S256"],"prompt_values_supported":["none"],"authorization_response_iss_parameter_supported":true,"grant_types_supported":["password"],"subject_types_supported":["public"],"id_token_signing_alg_values_supported":["RS256","ES256"],"userinfo_signing_alg_values_supported":["v"],"introspection_signing_alg_values_supported":["w"],"token_endpoint_auth_methods_supported":["a"],"token_endpoint_auth_signing_alg_values_supported":["s"],"introspection_endpoint_auth_methods_supported":["b"],"revocation_endpoint_auth_methods_supported":["c"],"dpop_signing_alg_values_supported":["d"],"claims_supported":["sub"],"acr_values_supported":["v"],"backchannel_logout_supported":true,"backchannel_logout_session_supported":true,"request_uri_parameter_supported":false,"request_parameter_supported":false,"claims_parameter_supported":true}""",
        JsonSerializer.Serialize(
            new ProviderMetadata
            {
                Issuer = "i",
                TokenEndpoint = "t",
                JwksUri = "j",
                UserinfoEndpoint = "u",
                IntrospectionEndpoint = "n",
                RevocationEndpoint = "r",
                ScopesSupported = ["openid"],
                AuthorizationEndpoint = "z",
                EndSessionEndpoint = "e",
                PushedAuthorizationRequestEndpoint = "p",
                ResponseModesSupported = ["query"],
                DeviceAuthorizationEndpoint = "d",
                CodeChallengeMethodsSupported = ["S256"],
                PromptValuesSupported = ["none"],
                ResponseTypesSupported = ["code"],
                GrantTypesSupported = ["password"],
                SubjectTypesSupported = ["public"],
                IdTokenSigningAlgValuesSupported = ["RS256", "ES256"],
                UserinfoSigningAlgValuesSupported = ["v"],
                IntrospectionSigningAlgValuesSupported = ["w"],
                TokenEndpointAuthMethodsSupported = ["a"],
                TokenEndpointAuthSigningAlgValuesSupported = ["s"],
                IntrospectionEndpointAuthMethodsSupported = ["b"],
                RevocationEndpointAuthMethodsSupported = ["c"],
                DpopSigningAlgValuesSupported = ["d"],
                ClaimsSupported = ["sub"],
                AcrValuesSupported = ["v"],
            },
            OpenIdJson.Default.ProviderMetadata));

    [Fact]
    public void Rfc7662_2_2_an_inactive_token_says_nothing_else() =>
        Assert.Equal("""{"active":false}""", JsonSerializer.Serialize(IntrospectionResponse.Inactive, OpenIdJson.Default.IntrospectionResponse));

    [Fact]
    public void Rfc7662_2_2_an_active_token_says_what_there_is() => Assert.Equal(
        """{"active":true,"scope":"openid","client_id":"app","username":"alice","token_type":"Bearer","exp":2,"iat":1,"sub":"u_1","aud":["a"],"iss":"i","jti":"x","auth_time":0}""",
        JsonSerializer.Serialize(
            new IntrospectionResponse
            {
                Active = true,
                Scope = "openid",
                ClientId = "app",
                Username = "alice",
                TokenType = "Bearer",
                Exp = 2,
                Iat = 1,
                Sub = "u_1",
                Aud = ["a"],
                Iss = "i",
                Jti = "x",
                AuthTime = 0,
            },
            OpenIdJson.Default.IntrospectionResponse));

    [Fact]
    public void Rfc7517_4_and_5_the_key_set_has_the_names_of_each_kind_of_key() => Assert.Equal(
        """{"keys":[{"kty":"EC","use":"sig","kid":"es-1","alg":"ES256","crv":"P-256","x":"x","y":"y"},{"kty":"RSA","use":"sig","kid":"rs-1","alg":"RS256","n":"n","e":"AQAB"}]}""",
        JsonSerializer.Serialize(
            new JwksDocument(
            [
                new() { KeyType = "EC", KeyId = "es-1", Algorithm = "ES256", Curve = "P-256", X = "x", Y = "y" },
                new() { KeyType = "RSA", KeyId = "rs-1", Algorithm = "RS256", Modulus = "n", Exponent = "AQAB" },
            ]),
            OpenIdJson.Default.JwksDocument));

    private static TokenResponse Full { get; } = new() { AccessToken = "at", ExpiresIn = 3600, RefreshToken = "rt", IdToken = "it", Scope = "openid api" };
}
