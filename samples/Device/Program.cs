// A device without a keyboard (RFC 8628): it shows a code, and its person lets it in from a telephone.
using System.Text.Json;

var authority = args.Length > 0 ? args[0] : "http://localhost:5000";
using var http = new HttpClient();

var begun = await PostAsync("/connect/device", ("scope", "openid profile offline_access"));
Console.WriteLine($"Open {Text(begun, "verification_uri")} and enter the code {Text(begun, "user_code")}");
Console.WriteLine($"or open {Text(begun, "verification_uri_complete")}");

var interval = TimeSpan.FromSeconds(begun.GetProperty("interval").GetInt32());
while (true)
{
    await Task.Delay(interval);
    var answer = await PostAsync("/connect/token", ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", Text(begun, "device_code")));
    switch (answer.TryGetProperty("error", out var error) ? error.GetString() : null)
    {
        case "authorization_pending":
            continue;
        case "slow_down":
            interval += TimeSpan.FromSeconds(5);
            continue;
        case { } refused:
            // access_denied or expired_token: a device would begin anew when its person asks for it.
            Console.Error.WriteLine(refused);
            return 1;
        default:
            using (var request = new HttpRequestMessage(HttpMethod.Get, $"{authority}/connect/userinfo"))
            {
                request.Headers.Authorization = new("Bearer", Text(answer, "access_token"));
                using var person = await http.SendAsync(request);
                Console.WriteLine($"Let in by {await person.Content.ReadAsStringAsync()}");
            }

            return 0;
    }
}

async Task<JsonElement> PostAsync(string path, params (string Name, string Value)[] form)
{
    using var content = new FormUrlEncodedContent([KeyValuePair.Create("client_id", "sample-device"), .. form.Select(pair => KeyValuePair.Create(pair.Name, pair.Value))]);
    using var answer = await http.PostAsync(authority + path, content);
    return JsonElement.Parse(await answer.Content.ReadAsStringAsync());
}

static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
