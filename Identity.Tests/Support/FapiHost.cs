using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Identity.Server.Accounts;
using Microsoft.AspNetCore.WebUtilities;

namespace Identity.Tests.Support;

/// <summary>What the conformance suite finds for FAPI 2.0: two clients of <c>profile: fapi2</c> with keys of their own, and one whose key is RSA.</summary>
public sealed class FapiHost : CodeFlowHost
{
    private readonly RSA rsa = RSA.Create(2048);

    /// <summary>The key of the client "bank2".</summary>
    public SigningClient SecondClient { get; } = new();

    protected override JsonArray Clients =>
    [
        .. base.Clients.Select(client => client!.DeepClone()),
        Bank("bank2", SecondClient.Jwks()),
        Bank("bank-rsa", RsaJwks()),
        // Asks its people, so that they can say no.
        Bank("bank-asking", SigningClient.Jwks(), client => client["first_party"] = false),
    ];

    /// <summary>An assertion of "bank-rsa" with the algorithm and padding of the caller's choice.</summary>
    public string RsaAssertion(string algorithm) => DPoPKey.Sign(
        new JsonObject { ["alg"] = algorithm, ["kid"] = "r1" },
        new JsonObject { ["iss"] = "bank-rsa", ["sub"] = "bank-rsa", ["aud"] = Issuer, ["exp"] = Clock.GetUtcNow().AddMinutes(1).ToUnixTimeSeconds(), ["jti"] = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)) },
        signed => rsa.SignData(signed, HashAlgorithmName.SHA256, algorithm is "PS256" ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1));

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        rsa.Dispose();
        GC.SuppressFinalize(this);
    }

    private static JsonObject Bank(string id, JsonObject jwks, Action<JsonObject>? change = null) => Client(id, client =>
    {
        client.Remove("client_secret");
        client["profile"] = "fapi2";
        client["token_endpoint_auth_method"] = "private_key_jwt";
        client["jwks"] = jwks;
        client["id_token_signed_response_alg"] = "ES256";
        client["first_party"] = true;
        change?.Invoke(client);
    });

    private JsonObject RsaJwks()
    {
        var open = rsa.ExportParameters(false);
        return new() { ["keys"] = new JsonArray(new JsonObject { ["kty"] = "RSA", ["kid"] = "r1", ["n"] = Base64Url.EncodeToString(open.Modulus), ["e"] = Base64Url.EncodeToString(open.Exponent) }) };
    }
}

/// <summary>One client of the profile with its DPoP key: every request as the suite makes it, and room to make it wrong in one way.</summary>
internal sealed class FapiClient(FapiHost host, string id = "bank")
{
    public DPoPKey Key { get; } = new();

    public string Id => id;

    private SigningClient Signer => id is "bank2" ? host.SecondClient : host.SigningClient;

    /// <summary>A pushed request; a null value takes a parameter out.</summary>
    /// <param name="proof">Null for a good one, empty for none.</param>
    /// <param name="changes">Of the parameters.</param>
    public Task<Answer> PushAsync(string? proof, params (string Name, string? Value)[] changes) =>
        AskAsync("/connect/par", proof ?? Proof("/connect/par"), null, Form(changes));

    public Task<Answer> PushAsync(params (string Name, string? Value)[] changes) => PushAsync(null, changes);

    /// <summary>The same with an assertion that was changed.</summary>
    public Task<Answer> PushAssertingAsync(Action<Dictionary<string, object>> change) => AskAsync("/connect/par", Proof("/connect/par"), change, Form([]));

    /// <summary>The same with a whole assertion, or with other credentials, of the caller's making.</summary>
    public Task<Answer> PushWithAsync(params (string Name, string Value)[] credentials) => SendAsync("/connect/par", Proof("/connect/par"), [.. Form([]), .. credentials]);

    public static string Start(string client, Answer pushed) => $"/connect/authorize?client_id={client}&request_uri={pushed.Text("request_uri")}";

    public string Start(Answer pushed) => Start(id, pushed);

    /// <summary>A person of the name <paramref name="name"/> (new, if the browser is) arrives at the client.</summary>
    public async Task<Stop> ArriveAsync(string name, Browser browser, params (string Name, string? Value)[] changes)
    {
        var pushed = await PushAsync(changes);
        Assert.Equal(201, pushed.Status);
        return await browser.ArriveAsync(Start(pushed), name);
    }

    /// <summary>A code for a new person.</summary>
    public async Task<string> CodeAsync(string name, params (string Name, string? Value)[] changes)
    {
        await host.AddAccountAsync(new NewAccount { UserName = name });
        using var browser = new Browser(host);
        var back = await ArriveAsync(name, browser, changes);
        Assert.Equal(host.Issuer, back.Parameter("iss"));
        return back.Parameter("code")!;
    }

    /// <summary>A code and what it gives.</summary>
    public async Task<Answer> SignInAsync(string name, params (string Name, string? Value)[] changes) => await RedeemAsync(await CodeAsync(name, changes));

    public Task<Answer> RedeemAsync(string code, string? proof = null, string? verifier = CodeFlowHost.Verifier) => AskAsync(
        "/connect/token",
        proof ?? Proof("/connect/token"),
        null,
        [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CodeFlowHost.Callback), .. verifier is null ? Array.Empty<(string, string)>() : [("code_verifier", verifier)]]);

    public Task<Answer> RefreshAsync(string token, string? proof = null) => AskAsync("/connect/token", proof ?? Proof("/connect/token"), null, [("grant_type", "refresh_token"), ("refresh_token", token)]);

    public Task<Answer> TokenAsync(string? proof, params (string Name, string Value)[] form) => AskAsync("/connect/token", proof ?? Proof("/connect/token"), null, form);

    public string Proof(string path, int seconds = 0, Action<JsonObject, JsonObject>? change = null) =>
        Key.Proof("POST", host.Issuer + path, host.Clock.GetUtcNow().AddSeconds(seconds), change: change);

    /// <summary>The protected resource of the suite is our userinfo.</summary>
    public Task<Answer> ResourceAsync(Answer tokens, int seconds = 0, Action<JsonObject, JsonObject>? change = null) =>
        host.ProvedUserInfoAsync(tokens.AccessToken, Key.Proof("GET", $"{host.Issuer}/connect/userinfo", host.Clock.GetUtcNow().AddSeconds(seconds), tokens.AccessToken, change: change));

    public string Assertion(Action<Dictionary<string, object>>? change = null) => Signer.Assertion(id, host.Issuer, host.Clock.GetUtcNow(), change);

    public Task<Answer> SendAsync(string path, string proof, (string Name, string Value)[] form)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(form.Select(pair => KeyValuePair.Create(pair.Name, pair.Value))) };
        if (proof.Length > 0)
        {
            request.Headers.Add("DPoP", proof);
        }

        return host.SendAsync(request);
    }

    private Task<Answer> AskAsync(string path, string proof, Action<Dictionary<string, object>>? change, (string Name, string Value)[] form) => SendAsync(
        path, proof, [.. form, ("client_assertion_type", Identity.OpenId.Token.ClientAssertion.Type), ("client_assertion", Assertion(change))]);

    private (string Name, string Value)[] Form((string Name, string? Value)[] changes)
    {
        var all = QueryHelpers.ParseQuery(new Uri(host.Address, CodeFlowHost.Request(id, ("scope", "openid offline_access"))).Query).ToDictionary(pair => pair.Key, pair => (string?)pair.Value.ToString(), StringComparer.Ordinal);
        foreach (var (name, value) in changes)
        {
            all[name] = value;
        }

        return [.. all.Where(pair => pair.Value is not null && pair.Key is not "client_id").Select(pair => (pair.Key, pair.Value!))];
    }
}
