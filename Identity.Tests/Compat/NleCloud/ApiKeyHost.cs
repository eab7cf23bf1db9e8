using System.Text.Json.Nodes;
using Identity.Server.Data;
using Identity.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.Compat.NleCloud;

/// <summary>A server whose client <c>device</c> may sign in with API keys; <c>web</c> may not.</summary>
public class ApiKeyHost : IdentityHost
{
    public const string Grant = "urn:cloudmind:grant-type:api-key";

    /// <summary>Far away, in the document's own form.</summary>
    public const string Expire = "2099-01-29T21:37:32.7469001+08:00";

    protected override JsonArray Clients =>
    [
        .. base.Clients.Select(client => client!.DeepClone()),
        new JsonObject { ["client_id"] = "device", ["client_secret"] = Secret, ["grant_types"] = new JsonArray(Grant, "refresh_token"), ["scope"] = "openid profile api offline_access" },
    ];

    internal async Task<Person> PersonAsync(bool admin = false, string? name = null)
    {
        name ??= $"p{Guid.NewGuid():N}";
        await AddAccountAsync(new() { UserName = name, Admin = admin });
        return await LoginAsync(name);
    }

    internal async Task<Person> LoginAsync(string name)
    {
        var data = (await this.NleCloudLoginAsync(name)).Data();
        return new(name, data.Number("UserID"), data.Text("AccessToken"));
    }

    internal Task<Answer> ReadKeyAsync(Person who, int? number = null) => SendKeyAsync(HttpMethod.Get, $"/Users/ApiKey?userID={number ?? who.Number}", who.Token);

    internal Task<Answer> SetKeyAsync(Person who, string? key, string? expire = Expire, int? number = null) =>
        SendKeyAsync(HttpMethod.Put, "/Users/ApiKey", who.Token, new JsonObject { ["UserID"] = number ?? who.Number, ["ApiKey"] = key, ["ApiKeyExpire"] = expire });

    internal Task<Answer> SendKeyAsync(HttpMethod method, string path, string? token, JsonObject? body = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json") };
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("AccessToken", token);
        }

        return this.SendAsync(request);
    }

    internal Task<Answer> SignInByKeyAsync(string key, string client = "device") => this.TokenAsync(client, ("grant_type", Grant), ("api_key", key));

    internal Task<ApiKeyRow?> RowAsync(Person who) =>
        this.ReadAsync(db => db.ApiKeys.AsNoTracking().SingleOrDefaultAsync(row => row.Account!.UserName == who.Name));

    internal sealed record Person(string Name, int Number, string Token);
}
