using System.Net.Http.Headers;
using System.Text;

namespace Identity.Tests.Support;

/// <summary>Requests that no well-behaved client sends, and requests from elsewhere.</summary>
internal static class RawRequest
{
    public const string Form = "application/x-www-form-urlencoded";

    /// <summary>Posts octets as they are, under a content type that nobody checks.</summary>
    public static Task<Answer> PostRawAsync(this IdentityHost host, string path, ReadOnlyMemory<byte> body, string? contentType = Form, string? authorization = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ReadOnlyMemoryContent(body) };
        if (contentType is not null)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        return host.SendAsync(request);
    }

    public static Task<Answer> PostRawAsync(this IdentityHost host, string path, string body, string? contentType = Form, string? authorization = null) =>
        host.PostRawAsync(path, Encoding.UTF8.GetBytes(body), contentType, authorization);

    public static Task<Answer> GetAsync(this IdentityHost host, string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return host.SendAsync(request);
    }

    /// <summary>A password sign-in of client <c>web</c> that arrives through a proxy, for hosts that know 127.0.0.1 as one.</summary>
    public static Task<Answer> SignInFromAsync(this IdentityHost host, string forwardedFor, string name, string password, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/connect/token")
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal) { ["grant_type"] = "password", ["username"] = name, ["password"] = password, ["scope"] = "openid" }),
        };
        request.Headers.Authorization = BackChannel.Basic("web", IdentityHost.Secret);
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", forwardedFor);
        foreach (var (header, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(header, value);
        }

        return host.SendAsync(request);
    }

    /// <summary>The Authorization header of client <paramref name="client"/> as <see cref="IdentityHost"/> registers it.</summary>
    public static string Basic(string client, string secret = IdentityHost.Secret) => BackChannel.Basic(client, secret).ToString();

    /// <summary>Basic over octets that are not form-encoded, as a careless client sends them.</summary>
    public static string BasicOf(string pair) => new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.Latin1.GetBytes(pair))).ToString();

    /// <summary>Status, body and nothing cached: the whole of an OAuth refusal.</summary>
    public static void IsRefusal(this Answer answer, int status, string body)
    {
        Assert.Equal((status, body), (answer.Status, answer.Body));
        Assert.Equal("no-store", answer.Headers["Cache-Control"]);
        Assert.Equal("application/json; charset=utf-8", answer.Headers["Content-Type"]);
    }
}
