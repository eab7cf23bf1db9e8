using Identity.OpenId.Errors;
using Identity.OpenId.Parameters;
using Identity.OpenId.Proofs;
using Identity.OpenId.Scopes;

namespace Identity.OpenId.Authorize;

/// <summary>An authentication request, OpenID Connect Core §3.1.2.1, with RFC 7636, RFC 8707 and RFC 9126; parsed once.</summary>
public sealed record AuthorizeRequest
{
    public required string ClientId { get; init; }

    public required string RedirectUri { get; init; }

    public required string ResponseType { get; init; }

    /// <summary>Null means the default of the response type: <c>query</c>.</summary>
    public string? ResponseMode { get; init; }

    public ScopeSet Scope { get; init; } = ScopeSet.Empty;

    /// <summary>Echoed exactly.</summary>
    public string? State { get; init; }

    public string? Nonce { get; init; }

    public string? CodeChallenge { get; init; }

    public string? CodeChallengeMethod { get; init; }

    public IReadOnlyList<string> Prompt { get; init; } = [];

    /// <summary>Seconds since the sign-in that the client still accepts.</summary>
    public int? MaxAge { get; init; }

    public string? LoginHint { get; init; }

    public string? IdTokenHint { get; init; }

    public string? UiLocales { get; init; }

    public string? AcrValues { get; init; }

    /// <summary>The classes that the client would like, §3.1.2.1: <c>acr_values</c> asks for a voluntary <c>acr</c>.</summary>
    public IReadOnlyList<string> WantedAcr => [.. AcrValues?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [], .. Claims.VoluntaryAcr];

    /// <summary>Claims asked for one by one.</summary>
    public ClaimsRequest Claims { get; init; } = ClaimsRequest.None;

    /// <summary>The key that the code is bound to, RFC 9449 §10.</summary>
    public string? DpopJkt { get; init; }

    /// <summary>RFC 8707 §2.</summary>
    public IReadOnlyList<string> Resources { get; init; } = [];

    public bool Prompts(string value) => Prompt.Contains(value, StringComparer.Ordinal);

    /// <summary>Reads everything but client and redirect URI, which are proved before (<see cref="AuthorizeTarget"/>); its refusals go to the client.</summary>
    public static Result<AuthorizeRequest> Parse(ParameterSet parameters, AuthorizeTarget target)
    {
        if (parameters.Find("request") is not null)
        {
            return new OAuthError("request_not_supported", "Request objects are not supported.");
        }

        // Of a pushed request the reference is taken before; this is one to somebody else's server.
        if (parameters.Find("request_uri") is not null)
        {
            return new OAuthError("request_uri_not_supported", "request_uri must come from the pushed authorization request endpoint.");
        }

        var reader = new ParameterReader(parameters);
        var responseType = reader.Required("response_type", 64);
        var scope = reader.Optional("scope", 2048);
        var state = reader.Optional("state", 2048);
        var nonce = reader.Optional("nonce", 512);
        var challenge = reader.Optional("code_challenge", 128);
        var method = reader.Optional("code_challenge_method", 16);
        var prompt = reader.Optional("prompt", 128)?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        var maxAge = reader.Optional("max_age", 10);
        var loginHint = reader.Optional("login_hint", 256);
        var hint = reader.Optional("id_token_hint", Tokens.TokenReader.MaxLength);
        var locales = reader.Optional("ui_locales", 256);
        var acr = reader.Optional("acr_values", 512);
        var claimsText = reader.Optional("claims", ClaimsRequest.MaxLength);
        // Hints that no answer of ours depends on: there is one language and one kind of page.
        _ = reader.Optional("claims_locales", 256);
        _ = reader.Optional("display", 32);
        _ = reader.Optional("response_mode", 32);
        var jkt = reader.Optional("dpop_jkt", 64);
        var resources = reader.Many("resource", 512, 8);
        if (reader.Error is { } mistake)
        {
            return mistake;
        }

        if (!ScopeSet.Parse(scope).Succeeded(out var scopes, out var malformed))
        {
            return malformed;
        }

        if (jkt is not null && !DPoPProof.IsThumbprint(jkt))
        {
            return OAuthError.InvalidRequest("dpop_jkt must be the base64url of a SHA-256.");
        }

        if (!ClaimsRequest.Parse(claimsText).Succeeded(out var claims, out malformed))
        {
            return malformed;
        }

        var seconds = 0;
        if (maxAge is not null && !int.TryParse(maxAge, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out seconds))
        {
            return OAuthError.InvalidRequest("max_age must be a number of seconds.");
        }

        return new AuthorizeRequest
        {
            ClientId = target.ClientId,
            RedirectUri = target.RedirectUri,
            ResponseMode = target.ResponseMode,
            State = state,
            ResponseType = responseType,
            Scope = scopes,
            Nonce = nonce,
            CodeChallenge = challenge,
            CodeChallengeMethod = method,
            Prompt = prompt,
            MaxAge = maxAge is null ? null : seconds,
            LoginHint = loginHint,
            IdTokenHint = hint,
            UiLocales = locales,
            AcrValues = acr,
            Claims = claims,
            DpopJkt = jkt,
            Resources = resources,
        };
    }
}

/// <summary>Where the answer to a request goes, errors included: known as soon as client and redirect URI are proved, and never before.</summary>
/// <param name="ClientId">Registered.</param>
/// <param name="RedirectUri">One of the client's own.</param>
/// <param name="ResponseMode">As asked; an unknown one is answered by the default.</param>
/// <param name="State">Echoed exactly.</param>
public sealed record AuthorizeTarget(string ClientId, string RedirectUri, string? ResponseMode, string? State);
