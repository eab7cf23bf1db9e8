using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Identity.OpenId.Clients;
using Identity.OpenId.Errors;
using Identity.OpenId.Tokens;
using Identity.Server.Clients;
using Identity.Server.Hosting;

namespace Identity.Server.ClientRegistration;

/// <summary>/connect/register: POST is RFC 7591 §3; GET, PUT and DELETE with a client_id are RFC 7592 §2.</summary>
internal static class RegistrationEndpoint
{
    private static readonly string[] OurWords = ["registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at"];

    public static async Task<IResult> RegisterAsync(HttpContext http, RegisteredClients registered, ScopeDirectory scopes, SectorIdentifiers sectors, IHostEnvironment environment, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (Token(http) is not { } initial || !registered.MayRegister(initial))
        {
            return Refused(http);
        }

        var clientId = $"r_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16))}";
        if (!(await http.Request.ReadJsonAsync(cancellationToken)).Succeeded(out var json, out var error)
            || !RegistrationRequest.Read(json, clientId, scopes.Public, environment.IsProduction()).Succeeded(out var client, out error))
        {
            return new OAuthRefusal(error);
        }

        if (await sectors.MistakeAsync(client, cancellationToken) is { } mistake)
        {
            return new OAuthRefusal(Invalid(mistake));
        }

        (client, var secret) = WithSecret(client, []);
        return await registered.AddAsync(client, cancellationToken) is { } token
            ? Answer(http, client, token, secret, StatusCodes.Status201Created, clock.GetUtcNow())
            : new OAuthRefusal(Taken);
    }

    public static async Task<IResult> ReadAsync(HttpContext http, RegisteredClients registered, CancellationToken cancellationToken) =>
        Token(http) is { } token && await registered.FindAsync(ClientId(http), token, cancellationToken) is { } client ? Answer(http, client, token, null, StatusCodes.Status200OK, null) : Refused(http);

    public static async Task<IResult> ReplaceAsync(HttpContext http, RegisteredClients registered, ScopeDirectory scopes, SectorIdentifiers sectors, IHostEnvironment environment, CancellationToken cancellationToken)
    {
        if (Token(http) is not { } token || await registered.FindAsync(ClientId(http), token, cancellationToken) is not { } before)
        {
            return Refused(http);
        }

        if (!(await http.Request.ReadJsonAsync(cancellationToken)).Succeeded(out var json, out var error))
        {
            return new OAuthRefusal(error);
        }

        // RFC 7592 §2.2: it says which client it means, and cannot choose what is ours to give.
        if (!Says(json, "client_id", before.ClientId) || Array.Exists(OurWords, json.ContainsKey)
            || (json.ContainsKey("client_secret") && !before.ClientSecretHashes.Any(one => Says(json, "client_secret", one.Hash, SecretHasher.Hash))))
        {
            return new OAuthRefusal(OAuthError.InvalidRequest("The request must name its own client_id, and cannot change secrets, tokens or times."));
        }

        if (!RegistrationRequest.Read(json, before.ClientId, scopes.Public, environment.IsProduction()).Succeeded(out var client, out error))
        {
            return new OAuthRefusal(error);
        }

        if (await sectors.MistakeAsync(client, cancellationToken) is { } mistake)
        {
            return new OAuthRefusal(Invalid(mistake));
        }

        (client, var secret) = WithSecret(client, before.ClientSecretHashes);
        return await registered.ReplaceAsync(client, token, cancellationToken) ? Answer(http, client, token, secret, StatusCodes.Status200OK, null) : new OAuthRefusal(Taken);
    }

    public static async Task<IResult> RemoveAsync(HttpContext http, RegisteredClients registered, CancellationToken cancellationToken)
    {
        if (Token(http) is not { } token || !await registered.RemoveAsync(ClientId(http), token, cancellationToken))
        {
            return Refused(http);
        }

        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.NoContent();
    }

    private static OAuthError Invalid(string mistake) => new("invalid_client_metadata", mistake);

    private static OAuthError Taken { get; } = new("invalid_redirect_uri", "A redirect URI belongs to another client.");

    // Its secret is kept; one is made where it takes one and has none, and dropped where it takes none any more.
    private static (ClientMetadata Client, string? Secret) WithSecret(ClientMetadata client, IReadOnlyList<ClientSecretHash> before)
    {
        if (!client.TakesSecret || before.Count > 0)
        {
            return (client with { ClientSecretHashes = client.TakesSecret ? before : [] }, null);
        }

        var secret = Handle.Write(RandomNumberGenerator.GetBytes(Handle.Size));
        return (client with { ClientSecretHashes = [new(SecretHasher.Hash(secret))] }, secret);
    }

    // RFC 7591 §3.2.1. A secret is shown when it is made and never again: only its hash is here.
    private static JsonAnswer Answer(HttpContext http, ClientMetadata client, string token, string? secret, int status, DateTimeOffset? issuedAt)
    {
        var json = RegistrationRequest.Show(client);
        if (secret is not null)
        {
            json["client_secret"] = secret;
            json["client_secret_expires_at"] = 0;
        }

        if (issuedAt is { } at)
        {
            json["client_id_issued_at"] = at.ToUnixTimeSeconds();
        }

        json["registration_client_uri"] = $"{Caller.Of(http).Issuer}{Endpoints.Registration}?client_id={client.ClientId}";
        json["registration_access_token"] = token;
        return new(json, status);
    }

    private static bool Says(JsonObject json, string name, string value, Func<string, string>? hash = null) =>
        json[name] is JsonValue said && said.TryGetValue<string>(out var text) && string.Equals(hash is null ? text : hash(text), value, StringComparison.Ordinal);

    private static string ClientId(HttpContext http) => http.Request.Query["client_id"].ToString();

    private static string? Token(HttpContext http) =>
        http.Request.Headers.Authorization.ToString() is var header && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) && header.Length <= 256 ? header["Bearer ".Length..].Trim() : null;

    private static OAuthRefusal Refused(HttpContext http) => OAuthRefusal.OfRegistration(presented: Token(http) is not null);

    private sealed class JsonAnswer(JsonObject json, int status) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = status;
            httpContext.Response.Headers.CacheControl = "no-store";
            httpContext.Response.Headers.Pragma = "no-cache";
            httpContext.Response.ContentType = "application/json; charset=utf-8";
            return httpContext.Response.WriteAsync(json.ToJsonString(), httpContext.RequestAborted);
        }
    }
}
