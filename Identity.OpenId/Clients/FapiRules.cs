namespace Identity.OpenId.Clients;

/// <summary>
/// What <c>profile: fapi2</c> takes of a registration, FAPI 2.0 Security Profile §5.3.2 and §5.4. Pushed requests, PKCE, bound tokens,
/// the issuer as audience and one refresh token for the family's life follow from the profile itself and are not said again.
/// </summary>
internal static class FapiRules
{
    public static IEnumerable<string> Mistakes(ClientMetadata client)
    {
        if (client.Profile is null)
        {
            yield break;
        }

        if (!client.IsFapi)
        {
            yield return "profile must be fapi2, or absent.";
            yield break;
        }

        if (!client.SignsAssertions)
        {
            yield return "profile fapi2 takes token_endpoint_auth_method private_key_jwt.";
        }

        if (client.Jwks is { } jwks && ClientKeySet.IsPublic(jwks) && !ClientKeySet.IsStrong(jwks))
        {
            yield return "profile fapi2 takes P-256 keys in jwks, or RSA keys of 2048 bits or more.";
        }

        if (client.IdTokenSignedResponseAlg is "RS256")
        {
            yield return "profile fapi2 takes id_token_signed_response_alg ES256.";
        }

        // §5.4.1 is about every JWT that is made, not the id_token alone.
        if (client.UserinfoSignedResponseAlg is "RS256")
        {
            yield return "profile fapi2 takes userinfo_signed_response_alg ES256, or none.";
        }

        if (!client.RequirePkce)
        {
            yield return "profile fapi2 does not go with require_pkce: false.";
        }

        if (client.AuthorizationCodeLifetime > TimeSpan.FromSeconds(60))
        {
            yield return "profile fapi2 takes an authorization_code_lifetime of 60 seconds at most.";
        }

        if (client.MayUse(Token.GrantTypes.Password))
        {
            yield return "profile fapi2 does not go with the grant password.";
        }
    }
}
