using Identity.OpenId.Authorize;
using Identity.OpenId.Errors;
using Identity.OpenId.Parameters;
using Identity.OpenId.Tokens;
using Identity.Server.Clients;
using Identity.Server.Hosting;
using Identity.Server.Issuing;
using Identity.Server.Keys;
using Identity.Server.Sessions;

namespace Identity.Server.EndSession;

/// <summary>GET and POST /connect/endsession, OpenID Connect RP-Initiated Logout 1.0.</summary>
internal static class EndSessionEndpoint
{
    public static async Task<IResult> HandleAsync(HttpContext http, LogoutRequests logouts, ClientDirectory clients, BrowserSessions sessions, SigningKeys keys, Subjects subjects, CancellationToken cancellationToken)
    {
        var read = HttpMethods.IsPost(http.Request.Method)
            ? await http.Request.ReadParametersAsync(cancellationToken)
            : ParameterSet.Parse(System.Text.Encoding.ASCII.GetBytes(http.Request.QueryString.Value is { Length: > 1 } query ? query[1..] : ""));
        if (!read.Succeeded(out var parameters, out var error))
        {
            return new PageRefusal(error);
        }

        var reader = new ParameterReader(parameters);
        var presentedHint = reader.Optional("id_token_hint", TokenReader.MaxLength);
        var clientId = reader.Optional("client_id", 128);
        var redirectUri = reader.Optional("post_logout_redirect_uri", RedirectUri.MaxLength);
        var state = reader.Optional("state", 2048);
        var hint = presentedHint is null ? null : await TokenReader.ReadIdTokenHintAsync(presentedHint, Caller.Of(http).Issuer, keys.Hinting());
        if (reader.Error is { } mistake)
        {
            return new PageRefusal(mistake);
        }

        // §2: a hint that is not ours proves nothing; one of another client than the named one is a mistake or worse.
        if ((presentedHint is not null && hint is null) || (hint is not null && clientId is not null && !string.Equals(hint.ClientId, clientId, StringComparison.Ordinal)))
        {
            return new PageRefusal(OAuthError.InvalidRequest("id_token_hint is not an id_token of this server for this client."));
        }

        // §3: only to an address that the client registered, character by character, or it would be an open redirect.
        var client = clients.Find(hint?.ClientId ?? clientId ?? "")?.Metadata;
        if (redirectUri is not null && (client is null || !client.PostLogoutRedirectUris.Contains(redirectUri, StringComparer.Ordinal)))
        {
            return new PageRefusal(OAuthError.InvalidRequest("post_logout_redirect_uri is not registered for this client."));
        }

        var session = await sessions.CurrentAsync(http, cancellationToken);
        var after = redirectUri is null ? Endpoints.SignedOut : LogoutRequests.Location(redirectUri, state);
        // A form from another site brings no cookies: who is signed in is seen by the page, to which the browser goes with them.
        if (session is null && !HttpMethods.IsPost(http.Request.Method))
        {
            return new SeeOther(after);
        }

        // §2: without a hint about this very session anybody's link could sign a person out, so the person is asked.
        if (session is not null && hint is not null && (hint.SessionId is { } sid ? string.Equals(sid, session.Sid, StringComparison.Ordinal) : client is not null && string.Equals(hint.Subject, subjects.For(session.Account!, client), StringComparison.Ordinal)))
        {
            await sessions.EndAsync(http, session, cancellationToken);
            return new SeeOther(after);
        }

        return new SeeOther($"/sign-out?request={await logouts.AddAsync(client?.ClientId, redirectUri, state, http, cancellationToken)}");
    }
}
