using AngleSharp.Dom;
using Identity.Tests.Support;

namespace Identity.Tests.Server.Pages;

/// <summary>What a telephone on a bad line fetches before it can show a page.</summary>
public sealed class FirstLoadTests(CodeFlowHost host) : IClassFixture<CodeFlowHost>
{
    private const int Limit = 60 * 1024;

    [Theory]
    [InlineData("/sign-in")]
    [InlineData("/register")]
    [InlineData("/forgot")]
    [InlineData("/device")]
    [InlineData("/signed-out")]
    public async Task A_page_and_all_that_it_needs_is_small(string path)
    {
        using var browser = new Browser(host, languages: "zh-CN");
        var page = await browser.OpenAsync(path);
        var files = page.Document.QuerySelectorAll("link[href], script[src], img[src]").Select(element => element.GetAttribute("href") ?? element.GetAttribute("src")!).Distinct(StringComparer.Ordinal).ToList();
        Assert.All(files, file => Assert.StartsWith("/", file, StringComparison.Ordinal));
        var bytes = System.Text.Encoding.UTF8.GetByteCount(page.Answer.Body);
        foreach (var file in files)
        {
            bytes += (await host.BackChannel.GetByteArrayAsync(file, TestContext.Current.CancellationToken)).Length;
        }

        Assert.InRange(bytes, 1, Limit);
    }
}
