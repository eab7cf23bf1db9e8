using System.Net.Http.Json;
using Identity.Server.Accounts;
using Identity.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Identity.Tests.Server.Hosting;

public sealed class NothingSecretIsLoggedTests(NothingSecretIsLoggedTests.Host host) : IClassFixture<NothingSecretIsLoggedTests.Host>
{
    private const string Password = "a-password-that-must-not-be-logged";
    private const string WrongPassword = "a-wrong-password-that-must-not-be-logged";
    private const string UserName = "a-name-that-is-nobodys-business";
    private const string Mailbox = "a-mailbox-that-is-nobodys-business@example.com";

    [Fact]
    public async Task No_password_secret_token_or_code_is_in_the_log_after_every_flow()
    {
        var secrets = new List<string> { Password, WrongPassword, UserName, Mailbox, IdentityHost.Secret, "a-wrong-secret-of-a-client", RawRequest.Basic("web") };
        await host.AddAccountAsync(new NewAccount { UserName = UserName }, Password);
        foreach (var client in new[] { "web", "post", "app" })
        {
            var tokens = await host.SignInAsync(client, UserName, Password);
            var next = await host.RefreshAsync(client, tokens.RefreshToken);
            var forged = next.RefreshToken[..^4] + "AAAA";
            secrets.AddRange([tokens.AccessToken, tokens.RefreshToken, tokens.Text("id_token"), next.AccessToken, next.RefreshToken, forged]);
            await host.UserInfoAsync(next.AccessToken);
            await host.UserInfoAsync(next.AccessToken[..^4] + "AAAA");
            await host.GetAsync($"/connect/userinfo?access_token={next.AccessToken}");
            await host.GetAsync($"/connect/{next.RefreshToken}");
            await host.IntrospectAsync("watcher", next.AccessToken);
            await host.IntrospectAsync("watcher", next.RefreshToken);
            await host.RefreshAsync(client, forged);
            await host.RefreshAsync("other", next.RefreshToken);
            host.Clock.Advance(TimeSpan.FromMinutes(1));
            await host.RefreshAsync(client, tokens.RefreshToken);
            await host.PostAsync("/connect/revoke", client, ("token", (await host.SignInAsync(client, UserName, Password)).RefreshToken));
        }

        for (var i = 0; i < 7; i++)
        {
            await host.SignInAsync("web", UserName, WrongPassword);
        }

        secrets.Add((await host.TokenAsync("web", ("grant_type", "client_credentials"))).AccessToken);
        await host.PostRawAsync("/connect/token", "grant_type=client_credentials", authorization: RawRequest.Basic("web", "a-wrong-secret-of-a-client"));
        await host.PostRawAsync("/connect/token", $"grant_type=password&username={UserName}&password={WrongPassword}%00", authorization: RawRequest.Basic("web"));
        await host.PostRawAsync("/connect/token", $$"""{"password":"{{WrongPassword}}"}""", "application/json", RawRequest.Basic("web"));
        await LegacyAsync(secrets);

        // As parts of a token, so that half of one is found too.
        var parts = secrets.SelectMany(secret => secret.Split('.')).Where(part => part.Length > 5).Distinct(StringComparer.Ordinal);
        var log = host.Log.Text;
        Assert.All(parts, part => Assert.DoesNotContain(part.Length > 40 ? part[10..40] : part, log, StringComparison.Ordinal));
        Assert.DoesNotContain(host.Log.Lines, line => line.Level >= LogLevel.Error);
    }

    private async Task LegacyAsync(List<string> secrets)
    {
        await PostAsync("/usercenter/v1/tools/SendEmail", new { email = Mailbox });
        var mail = await File.ReadAllTextAsync(Directory.GetFiles(host.MailFolder, "*.eml").Single());
        var code = mail[(mail.IndexOf("Your code is ", StringComparison.Ordinal) + 13)..][..6];
        secrets.Add(code);
        secrets.Add((await PostAsync("/usercenter/v1/login/Register", new { nickName = "n", passWord = Password, email = Mailbox, code })).Text("accessToken"));
        secrets.Add((await PostAsync("/usercenter/v1/login/EmailLogin", new { email = Mailbox, passWord = Password })).Text("accessToken"));
        await PostAsync("/usercenter/v1/login/EmailLogin", new { email = Mailbox, passWord = WrongPassword });
        await PostAsync("/Users/Login", new { Account = Mailbox, Password = WrongPassword[..32] });
        var session = (await PostAsync("/v1/site/login", new { username = Mailbox, password = Password, group = "app" })).Json.GetProperty("data");
        secrets.AddRange([session.GetProperty("access_token").GetString()!, session.GetProperty("refresh_token").GetString()!]);
        await PostAsync("/v1/site/refresh", new { refresh_token = session.GetProperty("refresh_token").GetString(), group = "app" });
    }

    private Task<Answer> PostAsync(string path, object body) => host.SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) });

    /// <summary>With every SQL command in the log too.</summary>
    public sealed class Host : SqlHost;
}
