namespace Identity.OpenId.Discovery;

/// <summary>What the server says about itself, OpenID Connect Discovery 1.0 §3 and RFC 8414 §2. Only what really works, all of what really works.</summary>
public sealed record ProviderMetadata
{
    public required string Issuer { get; init; }

    public required string AuthorizationEndpoint { get; init; }

    public required string TokenEndpoint { get; init; }

    public required string JwksUri { get; init; }

    public required string UserinfoEndpoint { get; init; }

    public required string IntrospectionEndpoint { get; init; }

    public required string RevocationEndpoint { get; init; }

    public required string EndSessionEndpoint { get; init; }

    /// <summary>RFC 9126 §5.</summary>
    public required string PushedAuthorizationRequestEndpoint { get; init; }

    /// <summary>RFC 8628 §4.</summary>
    public required string DeviceAuthorizationEndpoint { get; init; }

    /// <summary>RFC 7591; absent where nobody may register.</summary>
    public string? RegistrationEndpoint { get; init; }

    public required IReadOnlyList<string> ScopesSupported { get; init; }

    public required IReadOnlyList<string> ResponseTypesSupported { get; init; }

    public required IReadOnlyList<string> ResponseModesSupported { get; init; }

    /// <summary>RFC 7636: how a challenge may be made.</summary>
    public required IReadOnlyList<string> CodeChallengeMethodsSupported { get; init; }

    public required IReadOnlyList<string> PromptValuesSupported { get; init; }

    /// <summary>RFC 9207 §3.</summary>
    public bool AuthorizationResponseIssParameterSupported { get; init; } = true;

    public required IReadOnlyList<string> GrantTypesSupported { get; init; }

    public required IReadOnlyList<string> SubjectTypesSupported { get; init; }

    public required IReadOnlyList<string> IdTokenSigningAlgValuesSupported { get; init; }

    public required IReadOnlyList<string> UserinfoSigningAlgValuesSupported { get; init; }

    /// <summary>RFC 9701 §7.</summary>
    public required IReadOnlyList<string> IntrospectionSigningAlgValuesSupported { get; init; }

    public required IReadOnlyList<string> TokenEndpointAuthMethodsSupported { get; init; }

    /// <summary>RFC 8414 §2: what client assertions may be signed with.</summary>
    public required IReadOnlyList<string> TokenEndpointAuthSigningAlgValuesSupported { get; init; }

    public required IReadOnlyList<string> IntrospectionEndpointAuthMethodsSupported { get; init; }

    public required IReadOnlyList<string> RevocationEndpointAuthMethodsSupported { get; init; }

    /// <summary>RFC 9449 §5.1.</summary>
    public required IReadOnlyList<string> DpopSigningAlgValuesSupported { get; init; }

    public required IReadOnlyList<string> ClaimsSupported { get; init; }

    public required IReadOnlyList<string> AcrValuesSupported { get; init; }

    /// <summary>Back-Channel Logout 1.0 §2.1.</summary>
    public bool BackchannelLogoutSupported { get; init; } = true;

    public bool BackchannelLogoutSessionSupported { get; init; } = true;

    /// <summary>Stated because the default of Discovery §3 for an absent value is true.</summary>
    public bool RequestUriParameterSupported { get; init; }

    public bool RequestParameterSupported { get; init; }

    public bool ClaimsParameterSupported { get; init; } = true;
}
