// The three old APIs as their documents say: the same person signs in at each, and each answers in its own words.
using System.Net.Http.Json;
using System.Text.Json;

var (server, account, password) = (args.ElementAtOrDefault(0) ?? "http://localhost:5000", args.ElementAtOrDefault(1) ?? "hanmeimei@example.com", args.ElementAtOrDefault(2) ?? "correct horse battery");
using var http = new HttpClient { BaseAddress = new Uri(server) };

// CloudMind: the HTTP status is the result, the body has no envelope.
using var cloudMind = await http.PostAsJsonAsync("/usercenter/v1/login/EmailLogin", new { email = account, passWord = password });
await ShowAsync("CloudMind", "Authorization", (int)cloudMind.StatusCode == 200 ? (await BodyAsync(cloudMind)).GetProperty("accessToken") : default);

// NLECloud: HTTP is always 200, Status 0 is success.
using var nleCloud = await http.PostAsJsonAsync("/Users/Login", new Dictionary<string, object> { ["Account"] = account, ["Password"] = password, ["IsRememberMe"] = true });
var nle = await BodyAsync(nleCloud);
await ShowAsync("NLECloud", "AccessToken", nle.GetProperty("Status").GetInt32() == 0 ? nle.GetProperty("ResultObj").GetProperty("AccessToken") : default);

// RageFrame: HTTP is always 200, code 200 is success; a refresh token for later.
using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["username"] = account, ["password"] = password, ["group"] = "app" });
using var rageFrame = await http.PostAsync("/v1/site/login", form);
var rage = await BodyAsync(rageFrame);
if (rage.GetProperty("code").GetInt32() == 200)
{
    using var again = new FormUrlEncodedContent(new Dictionary<string, string> { ["refresh_token"] = rage.GetProperty("data").GetProperty("refresh_token").GetString()!, ["group"] = "app" });
    using var refreshed = await http.PostAsync("/v1/site/refresh", again);
    rage = await BodyAsync(refreshed);
}

await ShowAsync("RageFrame", "x-api-key", rage.GetProperty("code").GetInt32() == 200 ? rage.GetProperty("data").GetProperty("access_token") : default);

// A later call carries the token as clients of that API do.
async Task ShowAsync(string api, string header, JsonElement token)
{
    if (token.ValueKind != JsonValueKind.String)
    {
        Console.WriteLine($"{api}: refused");
        return;
    }

    using var request = new HttpRequestMessage(HttpMethod.Get, "/connect/userinfo");
    request.Headers.TryAddWithoutValidation(header, token.GetString());
    using var person = await http.SendAsync(request);
    Console.WriteLine($"{api}: {(await BodyAsync(person)).GetProperty("sub")}");
}

static async Task<JsonElement> BodyAsync(HttpResponseMessage answer) => JsonElement.Parse(await answer.Content.ReadAsStringAsync());
