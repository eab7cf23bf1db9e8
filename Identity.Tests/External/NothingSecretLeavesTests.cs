using System.Diagnostics;
using Identity.Tests.Support;
using Microsoft.AspNetCore.WebUtilities;

namespace Identity.Tests.External;

/// <summary>Nothing that came from a provider or goes to one is in the log, in a trace, or in an answer.</summary>
public sealed class NothingSecretLeavesTests(NothingSecretLeavesTests.Host host) : IClassFixture<NothingSecretLeavesTests.Host>
{
    [Fact]
    public async Task No_code_token_key_or_person_is_logged_traced_or_told()
    {
        var traced = new System.Collections.Concurrent.ConcurrentBag<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => traced.Add($"{activity.DisplayName} {string.Join(' ', activity.TagObjects.Select(tag => $"{tag.Key}={tag.Value}"))}"),
        };
        ActivitySource.AddActivityListener(listener);
        var answers = new List<Answer>();
        foreach (var faulty in new[] { false, true })
        {
            if (faulty)
            {
                foreach (var path in new[] { "/oauth2.0/me", "/sns/userinfo", "/wxa/business/getuserphonenumber" })
                {
                    host.Providers.Faults[path] = Fault.Cut;
                }
            }

            answers.Add(await host.CodeAsync("backend", "qq-web", host.Providers.Code(ExternalHost.QqWeb, "the-person", ExternalHost.QqRedirect)));
            answers.Add(await host.CodeAsync("backend", "wx-official", host.Providers.Code(ExternalHost.WxOfficial, "the-person", silent: true)));
            answers.Add(await host.CodeAsync("app", "wx-mini", host.Providers.Code(ExternalHost.WxMini, "the-person"), ("phone_code", host.Providers.PhoneCode(ExternalHost.WxMini, "13911112222"))));
            answers.Add(await host.TokenAsync("app", ("grant_type", ExternalHost.QQ), ("app", "qq-mobile"), ("access_token", host.Providers.MobileToken(ExternalHost.QqMobile, "the-person"))));
            answers.Add(await host.CodeAsync("app", "wx-mini", host.Providers.Code(ExternalHost.WxMini, "the-person"), ("openid", "a-foreign-openid")));
            answers.Add(await host.PostAsync($"/usercenter/v1/login/WxLogin?app=wx-mobile&code={host.Providers.Code(ExternalHost.WxMobile, "the-person")}", null));
            foreach (var button in new[] { "Sign in with QQ", "Sign in with WeChat" })
            {
                using var browser = new Browser(host);
                var left = await browser.SubmitAsync(await browser.OpenAsync("/sign-in"), button);
                host.Providers.Secrets.Add(QueryHelpers.ParseQuery(left.Left!.Query)["state"].ToString());
                var back = host.Providers.Approve(left.Left, "the-person");
                answers.Add((await browser.OpenAsync(back)).Answer);
                answers.Add((await browser.OpenAsync(back)).Answer);
                answers.Add((await browser.OpenAsync(back.Replace("code=", "error=a-text-of-theirs&code=", StringComparison.Ordinal))).Answer);
            }
        }

        var log = host.Log.Text;
        var traces = string.Join('\n', traced);
        string[] people = ["the-person", "13911112222", "a-foreign-openid", Providers.QqOpenId(ExternalHost.QqWeb, "the-person"), Providers.WeChatOpenId(ExternalHost.WxMini, "the-person"), Providers.WeChatUnionId("ours", "the-person")];
        Assert.All(host.Providers.Secrets.Concat(people), secret => Assert.DoesNotContain(secret, log, StringComparison.Ordinal));
        Assert.DoesNotContain("a-text-of-theirs", log, StringComparison.Ordinal);
        Assert.All(host.Providers.Secrets, secret => Assert.DoesNotContain(secret, Outgoing(traces), StringComparison.Ordinal));
        Assert.All(host.Providers.Secrets, secret => Assert.DoesNotContain(answers, answer => answer.Body.Contains(secret, StringComparison.Ordinal)));
        Assert.Contains("Sign-in of u_", log, StringComparison.Ordinal);
    }

    // Our own calls; the imitation traces its side in the same process.
    private string Outgoing(string traces) => string.Join('\n', traces.Split('\n').Where(line => line.Contains("url.full", StringComparison.Ordinal) && line.Contains(host.Providers.Address, StringComparison.Ordinal)));

    /// <summary>With every SQL command in the log too; parameters of SQL are not.</summary>
    public sealed class Host : ExternalHost
    {
        protected override void Configure(WebApplicationBuilder builder)
        {
            base.Configure(builder);
            builder.Logging.AddFilter("Microsoft.EntityFrameworkCore.Database", LogLevel.Debug);
            builder.Logging.AddFilter("System.Net.Http", LogLevel.Trace);
            builder.Logging.AddFilter("Microsoft.AspNetCore.Authentication", LogLevel.Information);
        }
    }
}
