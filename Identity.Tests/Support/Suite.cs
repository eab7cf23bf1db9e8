using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Identity.Tests.Support;

/// <summary>What every module of the conformance suite does and checks on its way: one browser, one person, one authorization after the other.</summary>
internal sealed class Suite(SuiteHost host, string person) : IDisposable
{
    private int requests;

    public Browser Browser { get; } = new(host);

    /// <summary>The pages that were shown during the last authorization.</summary>
    public IReadOnlyList<string> Shown { get; private set; } = [];

    /// <summary>Begins with a person of its own, so that no other test has signed in or agreed already.</summary>
    public static async Task<Suite> OfAsync(SuiteHost host, string person)
    {
        await host.AddPersonAsync(person);
        return new Suite(host, person);
    }

    /// <summary>A request with a state and a nonce of its own; a null value takes a parameter out.</summary>
    public IReadOnlyDictionary<string, string?> Request(params (string Name, string? Value)[] parameters)
    {
        requests++;
        var all = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["client_id"] = "suite",
            ["redirect_uri"] = SuiteHost.Callback,
            ["response_type"] = "code",
            ["scope"] = "openid",
            ["state"] = $"state {requests} ~!*'()",
            ["nonce"] = $"nonce-{requests}",
        };
        foreach (var (name, value) in parameters)
        {
            all[name] = value;
        }

        return all;
    }

    public static string Address(IReadOnlyDictionary<string, string?> request) => QueryHelpers.AddQueryString("/connect/authorize", request.Where(pair => pair.Value is not null));

    /// <summary>Goes through whichever pages are shown, as the suite's browser does, until the browser leaves for the client or stays on a page that has no way on.</summary>
    public async Task<Stop> WalkAsync(IReadOnlyDictionary<string, string?> request) => await WalkAsync(await Browser.OpenAsync(Address(request)));

    public async Task<Stop> WalkAsync(Stop page)
    {
        var shown = new List<string>();
        while (page.Left is null && shown.Count < 5)
        {
            shown.Add(page.Address.AbsolutePath);
            // By address: the account's language is not the test's.
            if (page.Address.AbsolutePath is "/sign-in")
            {
                page = await Browser.SignInAsync(page, person);
            }
            else if (page.Address.AbsolutePath is "/consent")
            {
                page = await Browser.SubmitAsync(page, null, ("allow", "true"));
            }
            else
            {
                break;
            }
        }

        Shown = shown;
        return page;
    }

    /// <summary>The whole flow, with every check that the suite makes of each of its steps.</summary>
    public async Task<Answer> AuthorizeAsync(params (string Name, string? Value)[] parameters)
    {
        var request = Request(parameters);
        var tokens = await RedeemAsync(request, await WalkAsync(request));
        Assert.Equal(200, tokens.Status);
        await CheckAsync(request, tokens);
        return tokens;
    }

    /// <summary>The answer at the callback, checked, and its code redeemed.</summary>
    public Task<Answer> RedeemAsync(IReadOnlyDictionary<string, string?> request, Stop back, params (string Name, string Value)[] parameters)
    {
        Assert.StartsWith(SuiteHost.Callback + "?", back.Left?.AbsoluteUri, StringComparison.Ordinal);
        Assert.Equal(["code", "iss", "state"], QueryHelpers.ParseQuery(back.Left!.Query).Keys.Order(StringComparer.Ordinal));
        Assert.Equal((request["state"], host.Issuer), (back.Parameter("state"), back.Parameter("iss")));
        // RFC 6749 §10.10: 128 bits and more.
        Assert.True(Base64Url.DecodeFromChars(back.Parameter("code")!).Length >= 16);
        return host.TokenAsync(request["client_id"], [("grant_type", "authorization_code"), ("code", back.Parameter("code")!), ("redirect_uri", request["redirect_uri"]!), .. parameters]);
    }

    /// <summary>RFC 6749 §5.1 and OpenID Connect Core §3.1.3.7, by a verifier that is not ours, against the published keys.</summary>
    public async Task CheckAsync(IReadOnlyDictionary<string, string?> request, Answer tokens)
    {
        Assert.Equal(("no-store", "application/json; charset=utf-8"), (tokens.Headers["Cache-Control"], tokens.Headers["Content-Type"]));
        Assert.Equal(("Bearer", 3600), (tokens.Text("token_type"), tokens.Json.GetProperty("expires_in").GetInt32()));
        Assert.Equal(request["scope"]!.Split(' ').Order(StringComparer.Ordinal), tokens.Text("scope").Split(' ').Order(StringComparer.Ordinal));
        var idToken = tokens.Text("id_token");
        await VerifyAsync(idToken, request["client_id"]!, "JWT");
        Assert.Equal("RS256", Jwt.Header(idToken).GetProperty("alg").GetString());
        var (claims, now) = (Jwt.Payload(idToken), host.Clock.GetUtcNow().ToUnixTimeSeconds());
        Assert.Equal((now, now + 3600), (claims.GetProperty("iat").GetInt64(), claims.GetProperty("exp").GetInt64()));
        Assert.Equal(request["nonce"], claims.TryGetProperty("nonce", out var nonce) ? nonce.GetString() : null);
        Assert.Equal(Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(tokens.AccessToken)).AsSpan(0, 16)), claims.GetProperty("at_hash").GetString());
        Assert.Equal(claims.GetProperty("sub").GetString(), (await host.UserInfoAsync(tokens.AccessToken)).Text("sub"));
    }

    /// <summary>Signature by a key of the published set that the header names; issuer, audience, type.</summary>
    public async Task VerifyAsync(string token, string audience, string type)
    {
        var keys = new JsonWebKeySet((await host.GetAsync("/.well-known/jwks")).Body);
        Assert.Single(keys.Keys, key => key.Kid == Jwt.Header(token).GetProperty("kid").GetString());
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = host.Issuer,
            ValidAudience = audience,
            ValidTypes = [type],
            IssuerSigningKeys = keys.GetSigningKeys(),
            TryAllIssuerSigningKeys = false,
            ValidateLifetime = false,
        });
        Assert.True(result.IsValid, result.Exception?.Message);
    }

    public static string Subject(Answer tokens) => Jwt.Payload(tokens.Text("id_token")).GetProperty("sub").GetString()!;

    public static long AuthTime(Answer tokens) => Jwt.Payload(tokens.Text("id_token")).GetProperty("auth_time").GetInt64();

    /// <summary>The names of an object's members, in their order.</summary>
    public static string Names(JsonElement json) => string.Join(' ', json.EnumerateObject().Select(member => member.Name));

    /// <summary>An unsigned request object, as the suite makes them.</summary>
    public static string Unsigned(IReadOnlyDictionary<string, string?> request) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Base64Url.EncodeToString("""{"alg":"none"}"""u8)}.{Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(request))}.");

    public void Dispose() => Browser.Dispose();
}
