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

    public static async Task<IResult> HandleAsync(HttpContext http, AuthorizeFlow flow, PendingRequests pending, CancellationToken cancellationToken)
    {
        if (!(await ReadAsync(http.Request, cancellationToken)).Succeeded(out var parameters, out var error))
        {
            return new PageRefusal(error);
        }

        var pushed = false;
        // Every other reference goes on as it is, to be refused by its name where the client can see it.
        if (parameters.Find("request_uri") is { } reference && reference.StartsWith(PushedPrefix, StringComparison.Ordinal))
        {
            // RFC 9126 §4: what was pushed counts, and nothing beside it.
            if (parameters.Repeats("request_uri") || parameters.Repeats("client_id")
                || await pending.TakePushedAsync(reference[PushedPrefix.Length..], parameters.Find("client_id") ?? "", cancellationToken) is not { } original)
            {
                return new PageRefusal(new OAuthError("invalid_request_uri", "The request was not pushed by this client, has expired or was used."));
            }

            (parameters, pushed) = (original, true);
        }

        if (!flow.Target(parameters).Succeeded(out var target, out error))
        {
            return new PageRefusal(error);
        }

        if (!flow.Check(parameters, target, pushed).Succeeded(out var request, out error))
        {
            return AuthorizeFlow.Answer(target, error, http);
        }

        // A form from another site comes without our SameSite cookies: it waits for the navigation that brings them.
        if (HttpMethods.IsPost(http.Request.Method))
        {
            return await WaitAsync(parameters, request, browser: null, pending, cancellationToken);
        }

        var askedAt = http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        var (verdict, session) = await flow.DecideAsync(request, askedAt, accountChosen: false, http, cancellationToken);
        if (verdict.Error is { } refused)
        {
            return AuthorizeFlow.Answer(target, refused, http);
        }

        return verdict.Step == InteractionStep.None
            ? await flow.AnswerAsync(target, request, session!, http, cancellationToken)
            : await WaitAsync(parameters, request, SessionCookies.BrowserHash(http), pending, cancellationToken, AuthorizeFlow.PageOf(verdict.Step));
    }

    public static async Task<IResult> ResumeAsync(HttpContext http, AuthorizeFlow flow, PendingRequests pending, CancellationToken cancellationToken)
    {
        var handle = http.Request.Query["request"].ToString();
        return await pending.FindAsync(AuthorizeRequestRow.Pending, handle, http, cancellationToken) is { } row
            ? await flow.ResumeAsync(row, handle, http, cancellationToken)
            : await flow.OverAsync(handle, http, cancellationToken);
    }

    private static async Task<IResult> WaitAsync(ParameterSet parameters, AuthorizeRequest request, string? browser, PendingRequests pending, CancellationToken cancellationToken, string page = Endpoints.Resume)
    {
        var handle = await pending.AddAsync(AuthorizeRequestRow.Pending, request.ClientId, parameters, browser, cancellationToken);
        return new SeeOther($"{page}?request={handle}");
    }

    private static async Task<Result<ParameterSet>> ReadAsync(HttpRequest request, CancellationToken cancellationToken) => HttpMethods.IsPost(request.Method)
        ? await request.ReadParametersAsync(cancellationToken)
        : ParameterSet.Parse(System.Text.Encoding.ASCII.GetBytes(request.QueryString.Value is { Length: > 1 } query ? query[1..] : ""));
}
