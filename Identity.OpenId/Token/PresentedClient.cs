using System.Text;
using Identity.OpenId.Clients;
using Identity.OpenId.Errors;
using Identity.OpenId.Parameters;

namespace Identity.OpenId.Token;

/// <summary>Who a request says its client is, and with what it wants to prove it, RFC 6749 §2.3. Nothing here is proved yet.</summary>
/// <param name="ClientId">The claimed identifier.</param>
/// <param name="Method">The authentication method that was used: <c>none</c>, <c>client_secret_basic</c>, <c>client_secret_post</c> or <c>private_key_jwt</c>.</param>
/// <param name="Secret">The presented secret or assertion; null for <c>none</c>.</param>
public sealed record PresentedClient(string ClientId, string Method, string? Secret)
{
    private const int MaxIdLength = 128;
    private const int MaxSecretLength = 512;

    /// <summary>Reads the Authorization header and the body. Two methods in one request are <c>invalid_request</c> (§2.3); a client_id beside Basic must match and is no second method.</summary>
    /// <param name="authorization">The Authorization header field, or null.</param>
    /// <param name="parameters">The body's parameters.</param>
    public static Result<PresentedClient> Read(string? authorization, ParameterSet parameters)
    {
        var reader = new ParameterReader(parameters);
        var clientId = reader.Optional("client_id", MaxIdLength);
        var secret = reader.Optional("client_secret", MaxSecretLength);
        var assertionType = reader.Optional("client_assertion_type", 128);
        var assertion = reader.Optional("client_assertion", ClientAssertion.MaxLength);
        if (reader.Error is { } mistake)
        {
            return mistake;
        }

        if (assertionType is not null || assertion is not null)
        {
            return string.IsNullOrEmpty(authorization) && secret is null
                ? ReadAssertion(clientId, assertionType, assertion)
                : OAuthError.InvalidRequest("The client used more than one authentication method.");
        }

        if (!string.IsNullOrEmpty(authorization))
        {
            if (ReadBasic(authorization) is not { } basic)
            {
                return OAuthError.InvalidClient("The Authorization header is not well-formed Basic authentication.");
            }

            if (secret is not null)
            {
                return OAuthError.InvalidRequest("The client used more than one authentication method.");
            }

            return clientId is null || string.Equals(clientId, basic.ClientId, StringComparison.Ordinal)
                ? basic
                : OAuthError.InvalidRequest("client_id differs from the Authorization header.");
        }

        return (clientId, secret) switch
        {
            (null, _) => OAuthError.InvalidClient("The client did not say who it is."),
            (_, null) => new PresentedClient(clientId, ClientAuthenticationMethods.None, null),
            _ => new PresentedClient(clientId, ClientAuthenticationMethods.Post, secret),
        };
    }

    // RFC 7521 §4.2: client_id is optional beside an assertion, and must match it.
    private static Result<PresentedClient> ReadAssertion(string? clientId, string? type, string? assertion)
    {
        if (type is not ClientAssertion.Type || assertion is null)
        {
            return OAuthError.InvalidRequest("client_assertion and client_assertion_type must be sent together, and the type must be that of a JWT.");
        }

        if (ClientAssertion.ClaimedClient(assertion) is not { Length: > 0 and <= MaxIdLength } claimed)
        {
            return OAuthError.InvalidClient();
        }

        return clientId is null || string.Equals(clientId, claimed, StringComparison.Ordinal)
            ? new PresentedClient(claimed, ClientAuthenticationMethods.PrivateKeyJwt, assertion)
            : OAuthError.InvalidRequest("client_id differs from the client assertion.");
    }

    // §2.3.1: identifier and password are form-encoded before they go into Basic.
    private static PresentedClient? ReadBasic(string authorization)
    {
        const string Scheme = "Basic ";
        if (authorization.Length > 2048 || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var encoded = authorization.AsSpan(Scheme.Length).Trim();
        var octets = new byte[encoded.Length];
        if (!Convert.TryFromBase64Chars(encoded, octets, out var length))
        {
            return null;
        }

        var pair = octets.AsSpan(0, length);
        var colon = pair.IndexOf((byte)':');
        return colon > 0
            && ParameterSet.Decode(pair[..colon]) is { Length: > 0 and <= MaxIdLength } id
            && ParameterSet.Decode(pair[(colon + 1)..]) is { Length: > 0 and <= MaxSecretLength } secret
            ? new PresentedClient(id, ClientAuthenticationMethods.Basic, secret)
            : null;
    }

    // The generated one would print the secret.
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("ClientId = ").Append(ClientId).Append(", Method = ").Append(Method);
        return true;
    }
}
