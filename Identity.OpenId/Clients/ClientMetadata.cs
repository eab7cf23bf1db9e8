using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Identity.OpenId.Scopes;
using Identity.OpenId.Token;

namespace Identity.OpenId.Clients;

/// <summary>
/// A client's registration in the words of RFC 7591 §2, and below them our own additions in the same style.
/// The same words stand in configuration, in the database and in a registration request.
/// </summary>
public sealed record ClientMetadata
{
    public string ClientId { get; init; } = "";

    /// <summary>Shown to people.</summary>
    public string? ClientName { get; init; }

    /// <summary>The secret in clear, as configuration gives it; hashed before it is stored and never written back.</summary>
    public string? ClientSecret { get; init; }

    /// <summary><c>none</c>, <c>client_secret_basic</c> (the RFC's default) or <c>client_secret_post</c>.</summary>
    public string TokenEndpointAuthMethod { get; init; } = ClientAuthenticationMethods.Basic;

    /// <summary>What the client may ask the token endpoint for. Nothing is assumed where the registration is silent: a grant that nobody asked for is a door that nobody watches.</summary>
    public IReadOnlyList<string> GrantTypes { get; init; } = [];

    /// <summary>Where answers of the authorization endpoint may go; compared character by character.</summary>
    public IReadOnlyList<string> RedirectUris { get; init; } = [];

    /// <summary>Where the browser may go after a logout (RP-Initiated Logout §2.1); compared character by character.</summary>
    public IReadOnlyList<string> PostLogoutRedirectUris { get; init; } = [];

    /// <summary><c>web</c> (default) or <c>native</c> (OpenID Connect Registration §2).</summary>
    public string ApplicationType { get; init; } = "web";

    /// <summary>RFC 9126 §6.</summary>
    public bool RequirePushedAuthorizationRequests { get; init; }

    /// <summary>Whether id_tokens always say when the person signed in (OpenID Connect Registration §2).</summary>
    public bool RequireAuthTime { get; init; }

    /// <summary>The client's public keys, RFC 7517 §5; for <c>private_key_jwt</c>.</summary>
    public JsonElement? Jwks { get; init; }

    /// <summary>Where the client publishes its keys, in place of <see cref="Jwks"/>.</summary>
    public string? JwksUri { get; init; }

    /// <summary>Where the client is told of ended sessions (Back-Channel Logout §2.2).</summary>
    public string? BackchannelLogoutUri { get; init; }

    /// <summary>Back-Channel Logout §2.2. Our logout tokens always carry <c>sid</c>, so it changes nothing.</summary>
    public bool BackchannelLogoutSessionRequired { get; init; }

    /// <summary>Ours. <c>fapi2</c>: the FAPI 2.0 Security Profile, demanded of the registration and of every request.</summary>
    public string? Profile { get; init; }

    /// <summary>Whether every token of the client is bound to a key (RFC 9449 §5.2); false leaves it to the client.</summary>
    public bool DpopBoundAccessTokens { get; init; }

    /// <summary>Ours. Whether every DPoP proof of the client must carry a nonce of ours (RFC 9449 §8).</summary>
    public bool RequireDpopNonce { get; init; }

    /// <summary>Space-separated scopes that the client may have, and gets when it names none.</summary>
    public string Scope { get; init; } = "";

    /// <summary>Algorithm of its id_tokens: RS256 or ES256 (OpenID Connect Registration §2).</summary>
    public string IdTokenSignedResponseAlg { get; init; } = "RS256";

    /// <summary><c>public</c> (default) or <c>pairwise</c>: a subject that no client of another sector sees (OpenID Connect Core §8).</summary>
    public string SubjectType { get; init; } = "public";

    /// <summary>Whose host is the sector of a pairwise client; without it the host of its redirect URIs is (§8.1).</summary>
    public string? SectorIdentifierUri { get; init; }

    /// <summary>RS256 or ES256: userinfo as a signed JWT (OpenID Connect Registration §2). Absent: as JSON.</summary>
    public string? UserinfoSignedResponseAlg { get; init; }

    /// <summary>Algorithm of introspection answers that the client asks for as JWT (RFC 9701 §6).</summary>
    public string IntrospectionSignedResponseAlg { get; init; } = "RS256";

    public string? ClientUri { get; init; }

    public string? LogoUri { get; init; }

    public string? PolicyUri { get; init; }

    public string? TosUri { get; init; }

    public IReadOnlyList<string> Contacts { get; init; } = [];

    /// <summary>Ours. SHA-256 of secrets that are valid now, base64url; several while one is being replaced.</summary>
    public IReadOnlyList<ClientSecretHash> ClientSecretHashes { get; init; } = [];

    /// <summary>Ours. One such hash, as configuration gives it in place of the secret.</summary>
    public string? ClientSecretHash { get; init; }

    /// <summary>Ours. Belongs to the operator of this server; only such a client may use the password grant.</summary>
    public bool FirstParty { get; init; }

    /// <summary>Ours. May ask the introspection endpoint about every token, not only those meant for it.</summary>
    public bool MayIntrospect { get; init; }

    /// <summary>Ours. Clients whose users' access tokens it may exchange (RFC 8693), beside tokens whose audience it is itself.</summary>
    public IReadOnlyList<string> TokenExchangeFrom { get; init; } = [];

    /// <summary>Ours. PKCE is required by default; a public client cannot do without.</summary>
    public bool RequirePkce { get; init; } = true;

    /// <summary>Ours. Whether a person is asked before the client gets anything. Default: asked, unless the client is first_party.</summary>
    public bool? RequireConsent { get; init; }

    /// <summary>Ours. Names of the provider apps (<c>External:QQ:Apps</c>, <c>External:WeChat:Apps</c>) whose codes the client may bring to the token endpoint.</summary>
    public IReadOnlyList<string> ExternalApps { get; init; } = [];

    /// <summary>Ours. Origins of web pages that may call the token, userinfo and revocation endpoints from a script.</summary>
    public IReadOnlyList<string> CorsOrigins { get; init; } = [];

    /// <summary>Ours. <c>jwt</c> (default, RFC 9068) or <c>reference</c>: a handle that only our introspection can read.</summary>
    public string AccessTokenFormat { get; init; } = "jwt";

    /// <summary>Ours. Default 60 seconds.</summary>
    public TimeSpan AuthorizationCodeLifetime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Ours. Default one hour.</summary>
    public TimeSpan AccessTokenLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Ours. Default one hour.</summary>
    public TimeSpan IdTokenLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Ours. A refresh family ends when unused for so long. Default 30 days.</summary>
    public TimeSpan RefreshTokenLifetime { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Ours. A refresh family ends so long after the sign-in whatever happens. Default 180 days.</summary>
    public TimeSpan RefreshTokenAbsoluteLifetime { get; init; } = TimeSpan.FromDays(180);

    /// <summary>Ours. How long a replaced refresh token may come back for the same successor. Default 30 seconds; 0 for never.</summary>
    public TimeSpan RefreshReplayWindow { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Ours. Default true; false keeps one refresh token for the family's life.</summary>
    public bool RotateRefreshTokens { get; init; } = true;

    [JsonIgnore]
    public bool IsPublic => string.Equals(TokenEndpointAuthMethod, ClientAuthenticationMethods.None, StringComparison.Ordinal);

    [JsonIgnore]
    public bool IsInternal => string.Equals(TokenEndpointAuthMethod, ClientAuthenticationMethods.Internal, StringComparison.Ordinal);

    [JsonIgnore]
    public bool SignsAssertions => string.Equals(TokenEndpointAuthMethod, ClientAuthenticationMethods.PrivateKeyJwt, StringComparison.Ordinal);

    [JsonIgnore]
    public bool TakesSecret => !IsPublic && !IsInternal && !SignsAssertions;

    [JsonIgnore]
    public bool IsNative => string.Equals(ApplicationType, "native", StringComparison.Ordinal);

    [JsonIgnore]
    public bool AsksConsent => RequireConsent ?? !FirstParty;

    /// <summary>Null for a client with public subjects.</summary>
    [JsonIgnore]
    public string? Sector => SubjectType is not "pairwise" ? null : (SectorIdentifierUri ?? (RedirectUris.Count > 0 ? RedirectUris[0] : null)) is { } uri ? new Uri(uri).Host : ClientId;

    /// <summary>Whether it registered itself: what it says of itself is then nobody's word but its own.</summary>
    [JsonIgnore]
    public bool IsStranger { get; init; }

    [JsonIgnore]
    public bool IsFapi => Profile is "fapi2";

    [JsonIgnore]
    public bool PushesRequests => RequirePushedAuthorizationRequests || IsFapi;

    [JsonIgnore]
    public bool ProvesCodes => RequirePkce || IsPublic || IsFapi;

    [JsonIgnore]
    public bool BindsTokens => DpopBoundAccessTokens || IsFapi;

    // FAPI 2.0 Security Profile §5.3.2.1: bound to client and key, a token gains nothing by being replaced.
    [JsonIgnore]
    public RefreshPolicy RefreshPolicy => new(RotateRefreshTokens && !IsFapi, RefreshReplayWindow);

    public bool MayUse(string grantType) => GrantTypes.Contains(grantType, StringComparer.Ordinal);

    /// <summary>The parsed <see cref="Scope"/>; a malformed one is refused by <see cref="ClientRules"/> before anybody asks.</summary>
    public ScopeSet Scopes() => ScopeSet.Parse(Scope).Succeeded(out var scopes, out _) ? scopes : ScopeSet.Empty;

    /// <summary>Reads a registration; the mistake is a sentence.</summary>
    public static (ClientMetadata? Client, string? Mistake) Read(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<ClientMetadata>(json, Lenient) is { } client ? (client, null) : (null, NoRegistration);
        }
        catch (JsonException mistake)
        {
            return (null, mistake.Path?.TrimStart('$', '.') is { Length: > 0 } name ? $"{name} is not a setting of a client, or its value is of the wrong type." : NoRegistration);
        }
    }

    /// <summary>The registration without its secret in clear.</summary>
    public string Write() => JsonSerializer.Serialize(this with { ClientSecret = null }, Lenient);

    // The generated one would print the secret.
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("ClientId = ").Append(ClientId);
        return true;
    }

    private const string NoRegistration = "It is not a client registration.";

    // Configuration has only text: "true" and "3600" must read as what they mean. Not the generated context: it gives
    // an absent init property the type's default, not ours, and a client without lifetimes would come of it.
    private static readonly JsonSerializerOptions Lenient = new()
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
        Converters = { new LenientBoolean(), new LifetimeConverter() },
    };
}

/// <param name="Hash">base64url of SHA-256.</param>
/// <param name="ExpiresAt">Unix seconds; null for never.</param>
public sealed record ClientSecretHash(string Hash, long? ExpiresAt = null);
