using System.Net;
using Identity.Server.Accounts;
using Identity.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.Server.Pages;

/// <summary>The language of a page: ui_locales, else the account's, else the browser's, else English.</summary>
public sealed class LanguageTests(CodeFlowHost host) : IClassFixture<CodeFlowHost>
{
    [Theory]
    [InlineData(null, "en", "Sign in")]
    [InlineData("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN", "登录")]
    [InlineData("zh-TW", "zh-CN", "登录")]
    [InlineData("en;q=0.5, zh;q=0.9", "zh-CN", "登录")]
    [InlineData("zh;q=0, fr", "en", "Sign in")]
    [InlineData("fr, de;q=0.9", "en", "Sign in")]
    [InlineData(";;;q=,,*", "en", "Sign in")]
    public async Task A_browser_is_answered_in_what_it_prefers(string? accepted, string tag, string heading)
    {
        using var browser = new Browser(host, languages: accepted);
        var page = await browser.OpenAsync("/sign-in");
        Assert.Equal((tag, heading, tag), (page.Document.DocumentElement.GetAttribute("lang"), page.Heading, page.Answer.Headers["Content-Language"]));
    }

    [Fact]
    public async Task A_page_is_written_in_letters_and_not_in_character_references()
    {
        using var browser = new Browser(host, languages: "zh-CN");
        Assert.DoesNotContain("&#x", (await browser.OpenAsync("/sign-in")).Answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_applications_wish_comes_first_and_lasts_as_long_as_its_request_waits()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "englisher" });
        using var browser = new Browser(host, languages: "en");
        var page = await browser.OpenAsync(CodeFlowHost.Request("shop", ("ui_locales", "tlh zh-CN en")));
        Assert.Equal("登录", page.Heading);
        var wrong = await browser.SubmitAsync(page, "登录", ("username", "englisher"), ("password", "no"));
        Assert.Equal("账号或密码不正确。", wrong.Document.QuerySelector("[role=alert]")!.TextContent.Trim());
        Assert.Equal("是否允许访问？", (await browser.SubmitAsync(wrong, "登录", ("username", "englisher"), ("password", "correct horse battery"))).Heading);
        Assert.Equal("Your account", (await browser.OpenAsync("/")).Heading);
    }

    [Fact]
    public async Task The_accounts_language_comes_before_the_browsers()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "chinese", Locale = "zh-CN" });
        using var browser = new Browser(host, languages: "en");
        Assert.Equal("您的账号", (await browser.SignInAsync(await browser.OpenAsync("/sign-in"), "chinese")).Heading);
        Assert.Equal("Allow access?", (await browser.OpenAsync(CodeFlowHost.Request("shop", ("ui_locales", "en")))).Heading);
    }

    [Fact]
    public async Task A_refusal_speaks_it_too()
    {
        using var browser = new Browser(host, languages: "zh-CN");
        var page = await browser.OpenAsync(CodeFlowHost.Request("shop", ("redirect_uri", "https://evil.example/")));
        Assert.Equal(("无法处理此请求", "zh-CN"), (page.Heading, page.Document.DocumentElement.GetAttribute("lang")));
        Assert.Equal("这里什么也没有", (await browser.OpenAsync("/account/nothing")).Heading);
        Assert.Equal("登录已结束", (await browser.OpenAsync("/consent?request=nothing")).Document.QuerySelector("main p")!.TextContent[2..7]);
    }
}
