using System.Text.Json.Nodes;
using Identity.Tests.Support;

namespace Identity.Tests.Compat.CloudMind;

public sealed class MailboxTests(IdentityHost host) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task A_code_goes_to_the_mailbox_that_the_account_will_have()
    {
        // The same name to this server, but to a mail system perhaps the mailbox of somebody else.
        const string Written = "ｈan＠Look-Alike．example";
        var read = new HashSet<string>(StringComparer.Ordinal);
        host.NewCode(read);
        Assert.Equal(200, (await host.PostJsonAsync("/usercenter/v1/tools/SendEmail", new JsonObject { ["email"] = Written })).Status);
        Assert.Contains("han@look-alike.example", host.Recipients(), StringComparer.Ordinal);

        var registered = await host.PostJsonAsync(
            "/usercenter/v1/login/Register",
            new JsonObject { ["nickName"] = "韩", ["passWord"] = "long enough", ["email"] = Written, ["code"] = host.NewCode(read) });
        Assert.Equal("han@look-alike.example", (await host.UserInfoAsync(registered.Text("accessToken"))).Text("email"));
    }

    [Theory]
    [InlineData("张三@example.com")]
    [InlineData("a@bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.com")]
    [InlineData("no mailbox")]
    [InlineData("a@b@c.example")]
    public async Task What_no_mail_can_be_addressed_to_is_no_mailbox(string text)
    {
        var before = host.Log.Lines.Count;
        var answer = await host.PostJsonAsync("/usercenter/v1/tools/SendEmail", new JsonObject { ["email"] = text });
        Assert.Equal((400, """{"code":400,"msg":"邮箱格式不正确"}"""), (answer.Status, answer.Body));
        Assert.DoesNotContain(host.Log.Lines.Skip(before), line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task A_domain_of_other_scripts_gets_its_mail()
    {
        Assert.Equal(200, (await host.PostJsonAsync("/usercenter/v1/tools/SendEmail", new JsonObject { ["email"] = "li@例子.中国" })).Status);
        Assert.Contains("li@xn--fsqu00a.xn--fiqs8s", host.Recipients(), StringComparer.Ordinal);
    }
}
