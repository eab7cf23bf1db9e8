namespace Identity.OpenId.Clients;

/// <summary>Values of <c>token_endpoint_auth_method</c>, RFC 7591 §2.</summary>
public static class ClientAuthenticationMethods
{
    /// <summary>A public client: it says who it is and proves nothing.</summary>
    public const string None = "none";

    public const string Basic = "client_secret_basic";

    public const string Post = "client_secret_post";

    /// <summary>A signed assertion, RFC 7523 and OpenID Connect Core §9.</summary>
    public const string PrivateKeyJwt = "private_key_jwt";

    /// <summary>Ours: the client of a legacy API inside this server. Every HTTP endpoint refuses it.</summary>
    public const string Internal = "internal";

    /// <summary>What a client may use over HTTP.</summary>
    public static IReadOnlyList<string> Offered { get; } = [Basic, Post, PrivateKeyJwt, None];
}
