// A service that acts for itself: client credentials, proved by a signature (private_key_jwt, RFC 7523) and not by a secret.
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

const string ClientId = "sample-service";

var authority = args.Length > 0 ? args[0] : "http://localhost:5000";
var api = args.Length > 1 ? args[1] : null;
using var http = new HttpClient();

// The key of this sample lies beside it for everybody to see. A real one is made on the machine that uses it and never leaves it;
// the server gets its public half, in the registration (jwks) or from an address of the service (jwks_uri).
var key = new JsonWebKey(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "key.json")));
var assertion = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
{
    Issuer = ClientId,
    Audience = authority,
    Claims = new Dictionary<string, object> { ["sub"] = ClientId, ["jti"] = Convert.ToHexString(RandomNumberGenerator.GetBytes(16)) },
    Expires = DateTime.UtcNow.AddMinutes(1),
    SigningCredentials = new SigningCredentials(key, SecurityAlgorithms.EcdsaSha256),
});

using var form = new FormUrlEncodedContent(new Dictionary<string, string>
{
    ["grant_type"] = "client_credentials",
    ["scope"] = "notes",
    ["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    ["client_assertion"] = assertion,
});
using var answer = await http.PostAsync($"{authority}/connect/token", form);
var tokens = JsonElement.Parse(await answer.Content.ReadAsStringAsync());
if (!answer.IsSuccessStatusCode)
{
    Console.Error.WriteLine(tokens);
    return 1;
}

var token = tokens.GetProperty("access_token").GetString()!;
Console.WriteLine($"A token for {string.Join(", ", new JsonWebToken(token).Audiences)}, good for {tokens.GetProperty("expires_in")} seconds.");
if (api is not null)
{
    using var request = new HttpRequestMessage(HttpMethod.Get, $"{api}/notes");
    request.Headers.Authorization = new("Bearer", token);
    using var notes = await http.SendAsync(request);
    Console.WriteLine($"{(int)notes.StatusCode} {await notes.Content.ReadAsStringAsync()}");
}

return 0;
