using Identity.OpenId.Authorize;
using Identity.OpenId.Clients;
using Identity.OpenId.Errors;
using Identity.OpenId.Parameters;
using Identity.OpenId.Tokens;
using Identity.Server.Accounts;
using Identity.Server.Clients;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Issuing;
using Identity.Server.Keys;
using Identity.Server.Sessions;

namespace Identity.Server.Authorize;

/// <summary>What the authorization endpoint, the pushed one and the pages share: read, check, decide, answer.</summary>
internal sealed class AuthorizeFlow(ClientDirectory clients, ScopeDirectory scopes, BrowserSessions sessions, Consents consents, AuthorizationCodes codes, PendingRequests pending, SigningKeys keys, Subjects subjects, PromptValues prompts, TimeProvider clock)
{
    private const int MaxClientIdLength = 128;

    /// <summary>Proves where an answer may go. Until it has, nothing may be sent there (RFC 6749 §4.1.2.1), so these refusals are for our own page.</summary>
    public Result<AuthorizeTarget> Target(ParameterSet parameters)
    {
        var reader = new ParameterReader(parameters);
        var clientId = reader.Required("client_id", MaxClientIdLength);
        var redirectUri = reader.Required("redirect_uri", RedirectUri.MaxLength);
        if (reader.Error is { } mistake)
        {
            return mistake;
        }

        if (clients.Find(clientId) is not { Metadata.IsInternal: false } client)
        {
            return OAuthError.InvalidRequest("The client is not known.");
        }

        return RedirectUri.Matches(client.Metadata.RedirectUris, redirectUri, client.Metadata.IsNative)
            // A state or mode that is itself a mistake is not echoed; the mistake is told by Parse.
            ? new AuthorizeTarget(clientId, redirectUri, parameters.Repeats("response_mode") ? null : parameters.Find("response_mode"), parameters.Repeats("state") || parameters.Find("state")?.Length > 2048 ? null : parameters.Find("state"))
            : OAuthError.InvalidRequest("redirect_uri is not one of the client's own.");
    }

    /// <summary>Parses and checks the rest; these refusals are the client's to see.</summary>
    public Result<AuthorizeRequest> Check(ParameterSet parameters, AuthorizeTarget target, bool pushed)
    {
        if (!AuthorizeRequest.Parse(parameters, target).Succeeded(out var request, out var error))
        {
            return error;
        }

        var client = clients.Find(target.ClientId)!;
        var asked = request with
        {
            Scope = request.Scope.Count > 0 ? request.Scope : client.Scopes,
            // What no scope of its registration would release, a client cannot have by naming it. §5.5.1: that is no error.
            Claims = request.Claims.Only(scopes.Claims(client.Scopes)),
        };
        return AuthorizeRules.FirstMistake(new(asked, client.Metadata, scopes.Resources(asked.Scope), prompts.Offered, pushed)) is { } mistake ? mistake : asked;
    }

    /// <summary>Claims that the request asks for by name and that no scope of it releases: they need a consent of their own.</summary>
    public IReadOnlyList<string> BeyondScopes(AuthorizeRequest request) => [.. request.Claims.Personal.Except(scopes.Claims(request.Scope), StringComparer.Ordinal)];

    /// <summary>What the request owes now. The answer follows from the session and the consent that stand in the database, not from which page came last.</summary>
    public async Task<(InteractionVerdict Verdict, SessionRow? Session)> DecideAsync(AuthorizeRequest request, DateTimeOffset askedAt, bool accountChosen, HttpContext http, CancellationToken cancellationToken)
    {
        var session = await sessions.CurrentAsync(http, cancellationToken);
        var client = clients.Find(request.ClientId)!.Metadata;
        var hint = request.IdTokenHint is null ? null : await TokenReader.ReadIdTokenHintAsync(request.IdTokenHint, Caller.Of(http).Issuer, keys.Hinting());
        if (request.IdTokenHint is not null && hint is null)
        {
            return (new(InteractionStep.None, OAuthError.InvalidRequest("id_token_hint is not an id_token of this server.")), null);
        }

        var consentAt = session is null ? null : await consents.GivenAsync(session.AccountId, client.ClientId, request.Scope, BeyondScopes(request), cancellationToken);
        var verdict = Interaction.Decide(
            new(request, askedAt, session is null ? null : new(subjects.For(session.Account!, client), session.AuthTime) { Methods = session.Methods, HasSecondStep = session.Account!.TwoFactorEnabled }, Expected(hint, session, client), accountChosen, client.AsksConsent, consentAt),
            clock.GetUtcNow());
        return (verdict, session);
    }

    // A hint may be another client's, which knows the person by another name.
    private string? Expected(IdTokenHint? hint, SessionRow? session, ClientMetadata client) =>
        hint is not null && session is not null && clients.Find(hint.ClientId) is { } about && string.Equals(hint.Subject, subjects.For(session.Account!, about.Metadata), StringComparison.Ordinal)
            ? subjects.For(session.Account!, client)
            : hint?.Subject;

    /// <summary>Goes on with a waiting request: to the page that is owed, or back to the client.</summary>
    public async Task<IResult> ResumeAsync(AuthorizeRequestRow row, string handle, HttpContext http, CancellationToken cancellationToken)
    {
        var parameters = PendingRequests.Read(row.Parameters);
        if (!Target(parameters).Succeeded(out var target, out var error))
        {
            return new PageRefusal(error);
        }

        if (!Check(parameters, target, pushed: true).Succeeded(out var request, out error))
        {
            return Answer(target, error, http);
        }

        var (verdict, session) = await DecideAsync(request, row.AskedAt, row.AccountChosen, http, cancellationToken);
        if (verdict.Error is null && verdict.Step != InteractionStep.None)
        {
            return new SeeOther($"{PageOf(verdict.Step)}?request={handle}");
        }

        // Once: whoever comes back to it by the history gets a page and not a second code.
        if (!await pending.UseAsync(row, cancellationToken))
        {
            return await OverAsync(handle, http, cancellationToken);
        }

        return verdict.Error is { } refused ? Answer(target, refused, http) : await AnswerAsync(target, request, session!, http, cancellationToken);
    }

    public async Task<IResult> AnswerAsync(AuthorizeTarget target, AuthorizeRequest request, SessionRow session, HttpContext http, CancellationToken cancellationToken)
    {
        var code = await codes.IssueAsync(request, clients.Find(request.ClientId)!.Metadata, session, cancellationToken);
        return new AuthorizeAnswer(AuthorizeResponse.Of(target, Caller.Of(http).Issuer, code));
    }

    /// <summary>For a waiting request that is over: the way back to the application, where this browser came from one.</summary>
    public async Task<PageRefusal> OverAsync(string? handle, HttpContext http, CancellationToken cancellationToken)
    {
        var client = await pending.ClientOfAsync(handle, http, cancellationToken) is { } id ? clients.Find(id)?.Metadata : null;
        return client is null
            ? new(OAuthError.InvalidRequest("This sign-in is over or belongs to another browser. Please go back to the application and begin again."))
            : new(OAuthError.InvalidRequest("This sign-in is over. Please go back to the application and begin again."), new(client.ClientName ?? client.ClientId, client.ClientUri));
    }

    public static IResult Answer(AuthorizeTarget target, OAuthError error, HttpContext http) => new AuthorizeAnswer(AuthorizeResponse.Of(target, Caller.Of(http).Issuer, error));

    public static string PageOf(InteractionStep step) => step switch
    {
        InteractionStep.Register => Endpoints.RegisterPage,
        InteractionStep.Consent => "/consent",
        InteractionStep.SelectAccount => "/select-account",
        InteractionStep.SecondStep => Endpoints.SecondStepPage,
        _ => "/sign-in",
    };
}
