namespace Identity.OpenId.Token;

/// <summary>Grant type identifiers.</summary>
public static class GrantTypes
{
    /// <summary>RFC 6749 §4.1.</summary>
    public const string AuthorizationCode = "authorization_code";

    /// <summary>RFC 6749 §4.3.</summary>
    public const string Password = "password";

    /// <summary>RFC 6749 §4.4.</summary>
    public const string ClientCredentials = "client_credentials";

    /// <summary>RFC 6749 §6.</summary>
    public const string RefreshToken = "refresh_token";

    /// <summary>RFC 8693 §2.1.</summary>
    public const string TokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange";

    /// <summary>RFC 8628 §3.4.</summary>
    public const string DeviceCode = "urn:ietf:params:oauth:grant-type:device_code";

    /// <summary>Ours: an API key that an account set through a legacy API, parameter <c>api_key</c>.</summary>
    public const string ApiKey = "urn:cloudmind:grant-type:api-key";

    /// <summary>Ours: a one-time code (or, where the operator allows it, a mobile access token) of a QQ app.</summary>
    public const string QQ = "urn:cloudmind:grant-type:qq";

    /// <summary>Ours: a one-time code of a WeChat app of any kind.</summary>
    public const string WeChat = "urn:cloudmind:grant-type:wechat";
}
