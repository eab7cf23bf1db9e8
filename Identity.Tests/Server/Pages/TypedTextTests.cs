using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Server.Pages;

/// <summary>What was typed comes back as it was typed, whatever signs are in it.</summary>
public sealed class TypedTextTests(CodeFlowHost host) : IClassFixture<CodeFlowHost>
{
    [Theory]
    [InlineData("o'brien+news@example.com")]
    [InlineData("\"<b>\" & 'c'")]
    [InlineData("&amp;#x27;")]
    [InlineData("王小明")]
    [InlineData("a\u00a0b 👩‍💻")]
    public async Task A_field_shows_it_again_after_a_mistake(string typed)
    {
        using var browser = new Browser(host, languages: "en");
        var page = await browser.SignInAsync(await browser.OpenAsync("/sign-in"), typed, "a guess");
        Assert.Equal(("Sign in", typed), (page.Heading, page.Field("username")));
        // Nor does a second mistake make anything of it.
        Assert.Equal(typed, (await browser.SubmitAsync(page, "Sign in", ("password", "another guess"))).Field("username"));
    }

    [Fact]
    public async Task A_device_code_that_is_none_stays_in_its_field()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "mistyper" });
        using var browser = new Browser(host, languages: "en");
        await browser.SignInAsync(await browser.OpenAsync("/sign-in"), "mistyper");
        var page = await browser.SubmitAsync(await browser.OpenAsync("/device"), "Continue", ("user_code", "wdjb o'mjht"));
        Assert.Contains("There is no device with this code.", page.Answer.Body, StringComparison.Ordinal);
        Assert.Equal("wdjb o'mjht", page.Field("user_code"));
    }

    [Fact]
    public async Task A_profile_that_is_opened_and_saved_is_what_it_was()
    {
        const string name = "Seán O'Brien & \"Söhne\" <3";
        await host.AddAccountAsync(new NewAccount { UserName = "sean", Name = name });
        using var browser = new Browser(host, languages: "en");
        await browser.SignInAsync(await browser.OpenAsync("/sign-in"), "sean");
        var page = await browser.OpenAsync("/account/profile");
        Assert.Equal(name, page.Field("name"));
        await browser.SubmitAsync(page, "Save");
        Assert.Equal(name, (await host.FindAccountAsync("sean")).Name);
    }
}
