using System.Text.Json.Nodes;
using Identity.Tests.Support;

namespace Identity.Tests.Compat;

public sealed class OnePersonTests(IdentityHost host) : IClassFixture<IdentityHost>
{
    private const string Mailbox = "han.meimei@example.com";
    private const string Password = "a long password";

    [Fact]
    public async Task Whoever_registered_through_CloudMind_is_the_same_person_at_every_door()
    {
        var read = new HashSet<string>(StringComparer.Ordinal);
        Assert.Equal(200, (await host.PostJsonAsync("/usercenter/v1/tools/SendEmail", new JsonObject { ["email"] = Mailbox })).Status);
        var registered = await host.PostJsonAsync(
            "/usercenter/v1/login/Register",
            new JsonObject { ["nickName"] = "韩梅梅", ["passWord"] = Password, ["email"] = Mailbox, ["code"] = host.NewCode(read) });
        Assert.Equal(200, registered.Status);

        string[] tokens =
        [
            registered.Text("accessToken"),
            (await host.CloudMindLoginAsync(Mailbox, Password)).Text("accessToken"),
            (await host.NleCloudLoginAsync(Mailbox, Password)).Data().Text("AccessToken"),
            (await host.RageFrameLoginAsync(Mailbox, password: Password)).Data().Text("access_token"),
            (await host.SignInAsync("web", Mailbox, Password)).AccessToken,
        ];
        var people = new List<(string Subject, string Mailbox, string Nickname)>();
        foreach (var token in tokens)
        {
            var answer = await host.UserInfoAsync(token);
            Assert.Equal(200, answer.Status);
            people.Add((answer.Text("sub"), answer.Text("email"), answer.Text("nickname")));
            Assert.True(answer.Json.GetProperty("email_verified").GetBoolean());
        }

        var one = Assert.Single(people.Distinct());
        Assert.Equal((Mailbox, "韩梅梅"), (one.Mailbox, one.Nickname));
        Assert.All(tokens, token => Assert.Equal(one.Subject, Jwt.Payload(token).Text("sub")));
    }

    [Fact]
    public async Task A_legacy_token_is_for_its_own_API_and_for_this_server()
    {
        var account = await host.AddAccountAsync(new() { UserName = "audience", Email = "audience@example.com", EmailVerified = true });
        Assert.Equal(["urn:cloudmind:cloudmind", "cloudmind"], Marks((await host.CloudMindLoginAsync(account.Email!)).Text("accessToken")));
        Assert.Equal(["urn:cloudmind:nlecloud", "nlecloud"], Marks((await host.NleCloudLoginAsync("audience")).Data().Text("AccessToken")));
        Assert.Equal(["urn:cloudmind:rageframe", "rageframe"], Marks((await host.RageFrameLoginAsync("audience")).Data().Text("access_token")));

        string[] Marks(string token)
        {
            var payload = Jwt.Payload(token);
            var audience = payload.GetProperty("aud").EnumerateArray().Select(value => value.GetString()!).ToList();
            Assert.Equal(host.Issuer, audience[0]);
            return [.. audience.Skip(1), payload.Text("client_id")];
        }
    }
}
