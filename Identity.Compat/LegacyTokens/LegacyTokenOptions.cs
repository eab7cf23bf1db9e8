using Microsoft.AspNetCore.Authentication;

namespace Identity.Compat.LegacyTokens;

/// <summary>How a resource API accepts the tokens of one old API.</summary>
public sealed class LegacyTokenOptions : AuthenticationSchemeOptions
{
    /// <summary>The server's issuer, <c>https://id.example.com</c>, without a slash at the end. Plain http is for loopback only, unless <see cref="RequireHttps"/> is false.</summary>
    public string Authority { get; set; } = "";

    /// <summary>Where the metadata is, if not at the issuer: an address inside the operator's own network. What it says the issuer is must still be <see cref="Authority"/>.</summary>
    public string? MetadataAddress { get; set; }

    public bool RequireHttps { get; set; } = true;

    /// <summary>Whether the token may stand in the query: <c>AccessToken</c> of NLECloud (default no), <c>access-token</c> of RageFrame (default yes). CloudMind has none.</summary>
    public bool? AccessTokenInQuery { get; set; }

    /// <summary>
    /// Ask the server about every token too. Null (default): signature and time decide, and a token that was revoked is good until it
    /// expires. Set: what ended (a logout, a later login in the same RageFrame group, a new password) is refused at once, for one call to the server each.
    /// </summary>
    public LegacyTokenIntrospection? Introspection { get; set; }

    /// <summary>How the server is reached; default a plain one.</summary>
    public HttpMessageHandler? BackchannelHandler { get; set; }

    internal LegacyApi Api { get; set; } = null!;

    internal AuthorityKeys Keys { get; set; } = null!;

    internal HttpClient Backchannel { get; set; } = null!;

    internal bool QueryCounts => AccessTokenInQuery ?? Api == LegacyApi.RageFrame;

    public override void Validate()
    {
        base.Validate();
        if (!Uri.TryCreate(Authority, UriKind.Absolute, out var authority) || Authority.EndsWith('/'))
        {
            throw new InvalidOperationException("Authority must be the issuer's URL, without a slash at the end.");
        }

        if (RequireHttps && !IsSafe(authority) || (RequireHttps && MetadataAddress is not null && !(Uri.TryCreate(MetadataAddress, UriKind.Absolute, out var metadata) && IsSafe(metadata))))
        {
            throw new InvalidOperationException("Authority and MetadataAddress must be https, or loopback.");
        }
    }

    private static bool IsSafe(Uri uri) => string.Equals(uri.Scheme, Uri.UriSchemeHttps, StringComparison.Ordinal) || uri.IsLoopback;
}

/// <summary>The client as which the resource API asks; it needs <c>may_introspect</c>.</summary>
/// <param name="ClientId">Registered with <c>client_secret_basic</c>.</param>
/// <param name="ClientSecret">Never logged.</param>
public sealed record LegacyTokenIntrospection(string ClientId, string ClientSecret)
{
    public override string ToString() => nameof(LegacyTokenIntrospection);
}

/// <summary>Claims of the identity that the handler makes, beside <c>sub</c>, <c>client_id</c>, <c>jti</c> and one <c>scope</c> for each.</summary>
public static class LegacyTokenClaims
{
    /// <summary>The old API's own number for the user: <c>UserID</c>, <c>member.id</c>, <c>jwtUserId</c>.</summary>
    public const string Number = "number";
}
