using Identity.OpenId.Authorize;
using Identity.OpenId.Errors;
using Identity.OpenId.Parameters;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Sessions;

namespace Identity.Server.Authorize;

/// <summary>GET and POST /connect/authorize, OpenID Connect Core §3.1.2; and the way back to it from a page.</summary>
internal static class AuthorizeEndpoint
{
    private const string PushedPrefix = "urn:ietf:params:oauth:request_uri:";

    private static OAuthError NotPushed { get; } = new("invalid_request_uri", "The request was not pushed by this client, has expired or was used.");

    public static async Task<IResult> HandleAsync(HttpContext http, AuthorizeFlow flow, PendingRequests pending, CancellationToken cancellationToken)
    {
        if (!(await ReadAsync(http.Request, cancellationToken)).Succeeded(out var parameters, out var error))
        {
            return new PageRefusal(error);
        }

        AuthorizeRequestRow? pushed = null;
        // Every other reference goes on as it is, to be refused by its name where the client can see it.
        if (parameters.Find("request_uri") is { } reference && reference.StartsWith(PushedPrefix, StringComparison.Ordinal))
        {
            // RFC 9126 §4: what was pushed counts, and nothing beside it.
            if (parameters.Repeats("request_uri") || parameters.Repeats("client_id")
                || await pending.FindPushedAsync(reference[PushedPrefix.Length..], parameters.Find("client_id") ?? "", cancellationToken) is not { } found)
            {
                return new PageRefusal(NotPushed);
            }

            (parameters, pushed) = (PendingRequests.Read(found.Parameters), found);
        }

        if (!flow.Target(parameters).Succeeded(out var target, out error))
        {
            return new PageRefusal(error);
        }

        if (!flow.Check(parameters, target, pushed is not null).Succeeded(out var request, out error))
        {
            return AuthorizeFlow.Answer(target, error, http);
        }

        // A form from another site comes without our SameSite cookies: it waits for the navigation that brings them.
        if (HttpMethods.IsPost(http.Request.Method))
        {
            return await WaitAsync(parameters, request, browser: null, pushed, pending, cancellationToken);
        }

        var askedAt = http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        var (verdict, session) = await flow.DecideAsync(request, askedAt, accountChosen: false, http, cancellationToken);
        if (verdict.Error is null && verdict.Step != InteractionStep.None)
        {
            return await WaitAsync(parameters, request, SessionCookies.BrowserHash(http), pushed, pending, cancellationToken, AuthorizeFlow.PageOf(verdict.Step));
        }

        // Once, and when it is answered: a page that is loaded again, or a mail program that looks ahead, has used nothing up
        // (RFC 9126 §4; FAPI 2.0 Security Profile §5.3.2.2, note 3).
        if (pushed is not null && !await pending.UseAsync(pushed, cancellationToken))
        {
            return new PageRefusal(NotPushed);
        }

        return verdict.Error is { } refused ? AuthorizeFlow.Answer(target, refused, http) : await flow.AnswerAsync(target, request, session!, http, cancellationToken);
    }

    public static async Task<IResult> ResumeAsync(HttpContext http, AuthorizeFlow flow, PendingRequests pending, CancellationToken cancellationToken)
    {
        var handle = http.Request.Query["request"].ToString();
        return await pending.FindAsync(AuthorizeRequestRow.Pending, handle, http, cancellationToken) is { } row
            ? await flow.ResumeAsync(row, handle, http, cancellationToken)
            : await flow.OverAsync(handle, http, cancellationToken);
    }

    private static async Task<IResult> WaitAsync(ParameterSet parameters, AuthorizeRequest request, string? browser, AuthorizeRequestRow? pushed, PendingRequests pending, CancellationToken cancellationToken, string page = Endpoints.Resume)
    {
        var handle = await pending.AddAsync(AuthorizeRequestRow.Pending, request.ClientId, parameters, browser, cancellationToken, pushed);
        return new SeeOther($"{page}?request={handle}");
    }

    private static async Task<Result<ParameterSet>> ReadAsync(HttpRequest request, CancellationToken cancellationToken) => HttpMethods.IsPost(request.Method)
        ? await request.ReadParametersAsync(cancellationToken)
        : ParameterSet.Parse(System.Text.Encoding.ASCII.GetBytes(request.QueryString.Value is { Length: > 1 } query ? query[1..] : ""));
}
