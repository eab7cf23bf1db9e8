using System.Text.Json;
using System.Text.Json.Nodes;
using Identity.Server.Data;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.Support;

/// <summary>Sentences of the old clients, and what their accounts had before they came here.</summary>
internal static class LegacyCalls
{
    public static Task<Answer> CloudMindLoginAsync(this IdentityHost host, string email, string password = "correct horse battery") =>
        host.PostJsonAsync("/usercenter/v1/login/EmailLogin", new JsonObject { ["email"] = email, ["passWord"] = password });

    public static Task<Answer> NleCloudLoginAsync(this IdentityHost host, string account, string password = "correct horse battery") =>
        host.PostJsonAsync("/Users/Login", new JsonObject { ["Account"] = account, ["Password"] = password });

    public static Task<Answer> RageFrameLoginAsync(this IdentityHost host, string username, string group = "app", string password = "correct horse battery") =>
        host.PostJsonAsync("/v1/site/login", new JsonObject { ["username"] = username, ["password"] = password, ["group"] = group });

    public static Task<Answer> RageFrameRefreshAsync(this IdentityHost host, string refreshToken, string group = "app") =>
        host.PostJsonAsync("/v1/site/refresh", new JsonObject { ["refresh_token"] = refreshToken, ["group"] = group });

    public static Task<Answer> PostJsonAsync(this IdentityHost host, string path, JsonObject body) => host.SendAsync(new HttpRequestMessage(HttpMethod.Post, path)
    {
        Content = new StringContent(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json"),
    });

    /// <summary>RageFrame's <c>data</c>, or NLECloud's <c>ResultObj</c>.</summary>
    public static JsonElement Data(this Answer answer) => answer.Json.TryGetProperty("data", out var data) ? data : answer.Json.GetProperty("ResultObj");

    public static string Text(this JsonElement json, string name) => json.GetProperty(name).GetString()!;

    public static int Number(this JsonElement json, string name) => json.GetProperty(name).GetInt32();

    /// <summary>What an import would have brought: the number that the old system gave, and its own fields.</summary>
    public static Task ImportMemberAsync(this IdentityHost host, string api, Account account, int number, int visits = 0, string? profile = null) =>
        host.Store.WriteAsync(
            db =>
            {
                db.Add(new LegacyMemberRow { Api = api, AccountId = account.Id, Number = number, VisitCount = visits, Profile = profile });
                return db.SaveChangesAsync();
            },
            CancellationToken.None);

    public static Task<int> SqlAsync(this IdentityHost host, FormattableString sql) => host.Store.WriteAsync(db => db.Database.ExecuteSqlAsync(sql), CancellationToken.None);
}
