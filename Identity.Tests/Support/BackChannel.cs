using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Identity.Tests.Support;

/// <summary>Sentences of the back channel: a client authenticates and asks.</summary>
internal static class BackChannel
{
    public static Task<Answer> TokenAsync(this IdentityHost host, string? client, params (string Name, string Value)[] form) => host.PostAsync("/connect/token", client, form);

    /// <summary>A sign-in by password as client <paramref name="client"/>, refresh token included where the client may have one.</summary>
    public static Task<Answer> SignInAsync(this IdentityHost host, string client, string name, string password = "correct horse battery", string? scope = null) =>
        host.TokenAsync(client, [("grant_type", "password"), ("username", name), ("password", password), .. scope is null ? Array.Empty<(string, string)>() : [("scope", scope)]]);

    public static Task<Answer> RefreshAsync(this IdentityHost host, string client, string refreshToken) =>
        host.TokenAsync(client, ("grant_type", "refresh_token"), ("refresh_token", refreshToken));

    /// <summary>Posts a form; <paramref name="client"/> authenticates as it is registered in <see cref="IdentityHost"/>, null not at all.</summary>
    public static Task<Answer> PostAsync(this IdentityHost host, string path, string? client, params (string Name, string Value)[] form)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path);
        var parameters = form.ToList();
        switch (client)
        {
            case null:
                break;
            case "app" or "spa" or "native" or "tv" or "box":
                parameters.Add(("client_id", client));
                break;
            case "post" or "suite-post":
                parameters.Add(("client_id", client));
                parameters.Add(("client_secret", IdentityHost.Secret));
                break;
            default:
                request.Headers.Authorization = Basic(client, IdentityHost.Secret);
                break;
        }

        request.Content = new FormUrlEncodedContent(parameters.Select(pair => KeyValuePair.Create(pair.Name, pair.Value)));
        return host.SendAsync(request);
    }

    public static Task<Answer> UserInfoAsync(this IdentityHost host, string accessToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/connect/userinfo");
        request.Headers.Authorization = new("Bearer", accessToken);
        return host.SendAsync(request);
    }

    public static Task<Answer> IntrospectAsync(this IdentityHost host, string client, string token) => host.PostAsync("/connect/introspect", client, ("token", token));

    public static async Task<Answer> SendAsync(this IdentityHost host, HttpRequestMessage request)
    {
        using (request)
        {
            using var response = await host.BackChannel.SendAsync(request);
            return await Answer.OfAsync(response);
        }
    }

    // RFC 6749 §2.3.1: both halves are form-encoded first.
    public static AuthenticationHeaderValue Basic(string client, string secret) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Uri.EscapeDataString(client)}:{Uri.EscapeDataString(secret)}")));
}

/// <summary>An answer, read to its end.</summary>
internal sealed record Answer(int Status, string Body, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The body as a JSON object.</summary>
    public JsonElement Json => JsonElement.Parse(Body);

    public string Text(string name) => Json.GetProperty(name).GetString()!;

    public string AccessToken => Text("access_token");

    public string RefreshToken => Text("refresh_token");

    public static async Task<Answer> OfAsync(HttpResponseMessage response) => new(
        (int)response.StatusCode,
        await response.Content.ReadAsStringAsync(),
        response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase));
}
