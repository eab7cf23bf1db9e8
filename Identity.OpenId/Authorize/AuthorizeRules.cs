using Identity.OpenId.Clients;
using Identity.OpenId.Errors;
using Identity.OpenId.Scopes;
using Identity.OpenId.Token;

namespace Identity.OpenId.Authorize;

/// <summary>A request and what is known of its client when the rules are applied.</summary>
/// <param name="Request">Parsed.</param>
/// <param name="Client">Its registration.</param>
/// <param name="Resources">The resources that some scope of the request belongs to.</param>
/// <param name="Prompts">What may be asked by prompt.</param>
/// <param name="Pushed">Whether it came by RFC 9126.</param>
public sealed record AuthorizeContext(AuthorizeRequest Request, ClientMetadata Client, IReadOnlyCollection<string> Resources, IReadOnlyCollection<string> Prompts, bool Pushed);

/// <summary>
/// The checks of a request whose client and redirect URI are proved, as a table in the order in which they are made.
/// The first that fails is the answer. Both the authorization endpoint and the pushed one run it.
/// </summary>
public static class AuthorizeRules
{
    private static readonly string[] Modes = ["query", "fragment", "form_post"];

    public static IReadOnlyList<(string Name, Func<AuthorizeContext, OAuthError?> Check)> Table { get; } =
    [
        // RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.2, in the order that tells a developer most.
        ("grant type", c => c.Client.MayUse(GrantTypes.AuthorizationCode) ? null : OAuthError.UnauthorizedClient("The client is not registered for the authorization code grant.")),
        ("pushed", c => c.Pushed || !c.Client.PushesRequests ? null : OAuthError.InvalidRequest("The client must push its authorization requests (RFC 9126).")),
        ("response_type", c => c.Request.ResponseType is "code" ? null : new OAuthError("unsupported_response_type", "response_type must be code.")),
        ("response_mode", c => c.Request.ResponseMode is null || Modes.Contains(c.Request.ResponseMode, StringComparer.Ordinal) ? null : OAuthError.InvalidRequest("response_mode must be query, fragment or form_post.")),
        ("scope", c => c.Request.Scope.IsSubsetOf(c.Client.Scopes()) ? null : OAuthError.InvalidScope("The client may not have every scope that it asked for.")),
        ("code_challenge", Pkce),
        ("code_challenge_method", c => c.Request.CodeChallenge is null || c.Request.CodeChallengeMethod is "S256" ? null : OAuthError.InvalidRequest("code_challenge_method must be S256.")),
        ("prompt", c => c.Request.Prompt.All(value => c.Prompts.Contains(value, StringComparer.Ordinal)) ? null : OAuthError.InvalidRequest("prompt has a value that is not supported.")),
        ("prompt none", c => !c.Request.Prompts("none") || c.Request.Prompt.Count == 1 ? null : OAuthError.InvalidRequest("prompt none cannot be combined with another value.")),
        // §5.5.1.1: an essential acr that nobody can reach here is refused before anybody has to sign in for nothing.
        ("acr", c => c.Request.Claims.EssentialAcr is { Count: > 0 } wanted && !wanted.Intersect(AuthenticationContext.Supported, StringComparer.Ordinal).Any() ? Interaction.UnmetAcr : null),
        ("resource", c => ResourceRule.Narrow(c.Request.Resources, null, c.Resources).Error),
    ];

    public static OAuthError? FirstMistake(AuthorizeContext context) => Table.Select(rule => rule.Check(context)).FirstOrDefault(mistake => mistake is not null);

    // RFC 9700 §2.1.1: required of public clients, and of all by default.
    private static OAuthError? Pkce(AuthorizeContext c) => c.Request.CodeChallenge switch
    {
        null when c.Client.ProvesCodes => OAuthError.InvalidRequest("code_challenge is missing: this client must use PKCE (RFC 7636)."),
        null when c.Request.CodeChallengeMethod is not null => OAuthError.InvalidRequest("code_challenge_method was sent without code_challenge."),
        null => null,
        var challenge => Token.Pkce.IsChallenge(challenge) ? null : OAuthError.InvalidRequest("code_challenge must be the base64url of a SHA-256."),
    };
}
