using Identity.OpenId.Errors;
using Identity.OpenId.Parameters;

namespace Identity.OpenId.Authorize;

/// <summary>The answer to an authorization request, RFC 6749 §4.1.2, with the issuer of RFC 9207.</summary>
/// <param name="RedirectUri">Proved.</param>
/// <param name="Mode"><c>query</c>, <c>fragment</c> or <c>form_post</c>.</param>
/// <param name="Parameters">In order.</param>
public sealed record AuthorizeResponse(string RedirectUri, string Mode, IReadOnlyList<KeyValuePair<string, string>> Parameters)
{
    public static AuthorizeResponse Of(AuthorizeTarget target, string issuer, string code) => new(target.RedirectUri, ModeOf(target),
        [KeyValuePair.Create("code", code), .. Echo(target, issuer)]);

    public static AuthorizeResponse Of(AuthorizeTarget target, string issuer, OAuthError error) => new(target.RedirectUri, ModeOf(target),
        [KeyValuePair.Create("error", error.Error), .. error.Description is { } text ? [KeyValuePair.Create("error_description", text)] : Array.Empty<KeyValuePair<string, string>>(), .. Echo(target, issuer)]);

    /// <summary>The Location header for query and fragment. A query that the redirect URI has already is kept (RFC 6749 §3.1.2).</summary>
    public string Location()
    {
        var encoded = ParameterSet.Of(Parameters).Write();
        return Mode is "fragment" ? $"{RedirectUri}#{encoded}" : $"{RedirectUri}{(RedirectUri.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{encoded}";
    }

    private static string ModeOf(AuthorizeTarget target) => target.ResponseMode is "fragment" or "form_post" ? target.ResponseMode : "query";

    private static IEnumerable<KeyValuePair<string, string>> Echo(AuthorizeTarget target, string issuer)
    {
        if (target.State is { } state)
        {
            yield return KeyValuePair.Create("state", state);
        }

        yield return KeyValuePair.Create("iss", issuer);
    }
}
