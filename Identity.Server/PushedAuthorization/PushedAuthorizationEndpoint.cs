using Identity.OpenId;
using Identity.OpenId.Authorize;
using Identity.OpenId.Errors;
using Identity.OpenId.Parameters;
using Identity.OpenId.Token;
using Identity.Server.Authorize;
using Identity.Server.Clients;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Proofs;

namespace Identity.Server.PushedAuthorization;

/// <summary>POST /connect/par, RFC 9126.</summary>
internal static class PushedAuthorizationEndpoint
{
    private const string Prefix = "urn:ietf:params:oauth:request_uri:";

    private static readonly string[] Credentials = ["client_secret", "client_assertion", "client_assertion_type"];

    public static async Task<IResult> HandleAsync(HttpContext http, ClientAuthenticator authenticator, AuthorizeFlow flow, PendingRequests pending, DPoPProofs proofs, CancellationToken cancellationToken)
    {
        var proof = proofs.Of(http, Endpoints.PushedAuthorization);
        if (!(await http.Request.ReadParametersAsync(cancellationToken)).Succeeded(out var parameters, out var error)
            || !PresentedClient.Read(http.Request.Headers.Authorization, parameters).Succeeded(out var presented, out error)
            || !(await authenticator.AuthenticateAsync(presented, Caller.Of(http), Endpoints.PushedAuthorization, cancellationToken)).Succeeded(out var client, out error))
        {
            return new OAuthRefusal(error);
        }

        // §2.1: a pushed request cannot point to another one.
        if (parameters.Find("request_uri") is not null)
        {
            return new OAuthRefusal(OAuthError.InvalidRequest("request_uri cannot be pushed."));
        }

        var (thumbprint, unproved) = await proofs.CheckAsync(proof, accessToken: null, client.Metadata, cancellationToken);
        if (unproved is not null)
        {
            return new OAuthRefusal(unproved);
        }

        // RFC 9449 §10.1: the proof says what dpop_jkt would; both must say the same.
        var named = parameters.Find("dpop_jkt");
        if (thumbprint is not null && named is not null && !string.Equals(named, thumbprint, StringComparison.Ordinal))
        {
            return new OAuthRefusal(OAuthError.InvalidRequest("dpop_jkt differs from the key of the DPoP proof."));
        }

        IEnumerable<KeyValuePair<string, string>> bound = thumbprint is not null && named is null ? [KeyValuePair.Create("dpop_jkt", thumbprint)] : [];
        // The client may have named itself in the header only; what is kept always says whose it is, and never with what it was proved.
        var kept = ParameterSet.Of([KeyValuePair.Create("client_id", client.Client.ClientId), .. parameters.Pairs.Where(pair => pair.Key is not "client_id" && !Credentials.Contains(pair.Key, StringComparer.Ordinal)), .. bound]);
        if (!flow.Target(kept).Succeeded(out var target, out error) || !flow.Check(kept, target, pushed: true).Succeeded(out _, out error))
        {
            return new OAuthRefusal(error);
        }

        var handle = await pending.AddAsync(AuthorizeRequestRow.Pushed, client.Client.ClientId, kept, browser: null, cancellationToken);
        http.Response.StatusCode = StatusCodes.Status201Created;
        return new ProtocolJson<PushedResponse>(new(Prefix + handle, (int)PendingRequests.PushedLifetime.TotalSeconds), OpenIdJson.Default.PushedResponse);
    }
}
