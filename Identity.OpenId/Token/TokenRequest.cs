using System.Text;
using Identity.OpenId.Errors;
using Identity.OpenId.Parameters;
using Identity.OpenId.Scopes;

namespace Identity.OpenId.Token;

/// <summary>A token request, RFC 6749 §4.3.2, §4.4.2 and §6, parsed once; a grant reads only this.</summary>
public sealed record TokenRequest
{
    public required string GrantType { get; init; }

    /// <summary>The requested scope, RFC 6749 §3.3; empty when the request names none.</summary>
    public ScopeSet Scope { get; init; } = ScopeSet.Empty;

    /// <summary>The sign-in name, RFC 6749 §4.3.2.</summary>
    public string? Username { get; init; }

    public string? Password { get; init; }

    /// <summary>RFC 6749 §6.</summary>
    public string? RefreshToken { get; init; }

    /// <summary>RFC 6749 §4.1.3.</summary>
    public string? Code { get; init; }

    /// <summary>RFC 6749 §4.1.3: must be the one of the authorization request.</summary>
    public string? RedirectUri { get; init; }

    /// <summary>RFC 7636 §4.5.</summary>
    public string? CodeVerifier { get; init; }

    /// <summary>RFC 8628 §3.4.</summary>
    public string? DeviceCode { get; init; }

    /// <summary>RFC 8693 §2.1; null for every other grant.</summary>
    public ExchangeRequest? Exchange { get; init; }

    /// <summary>For <see cref="GrantTypes.ApiKey"/>.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Password grant: that the password alone is to be enough, whatever second step the account has. A legacy API's word by its operator's; no request can say it.</summary>
    public bool PasswordAlone { get; init; }

    /// <summary>External grants: the name of the provider's app that the code or token belongs to.</summary>
    public string? App { get; init; }

    /// <summary>External grants: what the QQ mobile SDK hands to an app.</summary>
    public string? AccessToken { get; init; }

    /// <summary>External grants: whom the client believes it sends. Never believed here; one that differs from the provider's word is refused.</summary>
    public string? OpenId { get; init; }

    /// <summary>External grants: a mini program's second code, for the phone number.</summary>
    public string? PhoneCode { get; init; }

    /// <summary>RFC 8707 §2.2.</summary>
    public IReadOnlyList<string> Resources { get; init; } = [];

    /// <summary>The legacy session that the tokens belong to, such as <c>rageframe:app</c>. Never read from the wire: only a legacy route sets it, and a refresh must name the same one.</summary>
    public string? SessionKey { get; init; }

    /// <summary>The key that came with the request, proved (RFC 9449 §5). Never read from the parameters: only the proof check sets it.</summary>
    public string? KeyThumbprint { get; init; }

    public static Result<TokenRequest> Parse(ParameterSet parameters)
    {
        var reader = new ParameterReader(parameters);
        var grantType = reader.Required("grant_type", 128);
        var scope = reader.Optional("scope", 2048);
        var username = reader.Optional("username", 256);
        var password = reader.Optional("password", 1024);
        var refreshToken = reader.Optional("refresh_token", 512);
        var code = reader.Optional("code", 512);
        var redirectUri = reader.Optional("redirect_uri", Authorize.RedirectUri.MaxLength);
        var codeVerifier = reader.Optional("code_verifier", 256);
        var deviceCode = reader.Optional("device_code", 512);
        var apiKey = reader.Optional("api_key", 256);
        var app = reader.Optional("app", 64);
        var accessToken = reader.Optional("access_token", 512);
        var openId = reader.Optional("openid", 128);
        var phoneCode = reader.Optional("phone_code", 512);
        var resources = reader.Many("resource", 512, 8);
        var exchange = grantType is GrantTypes.TokenExchange ? ExchangeRequest.Read(reader) : null;
        if (reader.Error is { } mistake)
        {
            return mistake;
        }

        if (!ScopeSet.Parse(scope).Succeeded(out var scopes, out var malformed))
        {
            return malformed;
        }

        return new TokenRequest
        {
            GrantType = grantType,
            Scope = scopes,
            Username = username,
            Password = password,
            RefreshToken = refreshToken,
            Code = code,
            RedirectUri = redirectUri,
            CodeVerifier = codeVerifier,
            DeviceCode = deviceCode,
            Exchange = exchange,
            ApiKey = apiKey,
            App = app,
            AccessToken = accessToken,
            OpenId = openId,
            PhoneCode = phoneCode,
            Resources = resources,
        };
    }

    // The generated one would print the password and the token.
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("GrantType = ").Append(GrantType).Append(", Scope = ").Append(Scope);
        return true;
    }
}
