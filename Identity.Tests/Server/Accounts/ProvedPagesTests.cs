using System.Net;
using Identity.Server.Accounts;
using Identity.Tests.Support;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Identity.Tests.Server.Accounts;

/// <summary>An open browser is not enough for what protects an account, nor is it for ever: proved to open a page within ten minutes, to send it within twenty.</summary>
public sealed class ProvedPagesTests(CodeFlowHost host) : IClassFixture<CodeFlowHost>
{
    // The server's own list, so that a new page is judged without anybody thinking of it.
    private IReadOnlyList<string> Pages =>
    [
        .. host.Services.GetRequiredService<IActionDescriptorCollectionProvider>().ActionDescriptors.Items.OfType<PageActionDescriptor>()
            .Where(page => ModelOf(page)?.IsAssignableTo(typeof(Identity.Server.Pages.ProvedPage)) is true)
            .Select(page => "/" + page.AttributeRouteInfo!.Template),
    ];

    [Fact]
    public async Task Each_opens_for_ten_minutes_to_the_second_and_leads_back_after_a_proof()
    {
        Assert.Superset(new HashSet<string>(["/account/password", "/account/email", "/account/delete", "/account/data", "/account/security", "/account/security/app", "/account/passkeys", "/account/linked", "/account/api-key"], StringComparer.Ordinal), Pages.ToHashSet(StringComparer.Ordinal));
        await host.AddAccountAsync(new NewAccount { UserName = "prover" });
        using var browser = new Browser(host);
        await browser.SignInAsync(await browser.OpenAsync("/sign-in"), "prover");
        foreach (var address in Pages)
        {
            Assert.Equal(address, (await browser.OpenAsync(address)).Address.PathAndQuery);
        }

        host.Clock.Advance(TimeSpan.FromMinutes(10));
        foreach (var address in Pages)
        {
            Assert.Equal(address, (await browser.OpenAsync(address)).Address.PathAndQuery);
        }

        host.Clock.Advance(TimeSpan.FromSeconds(1));
        foreach (var address in Pages)
        {
            Assert.Equal($"/account/confirm?then={Uri.EscapeDataString(address)}", (await browser.OpenAsync(address)).Address.PathAndQuery);
        }

        var wrong = await browser.SubmitAsync(await browser.OpenAsync("/account/password"), "Continue", ("password", "not it"));
        Assert.Contains("The password is wrong.", wrong.Answer.Body, StringComparison.Ordinal);
        var handle = SessionOf(browser);
        Assert.Equal("/account/password", (await browser.SubmitAsync(wrong, "Continue", ("password", "correct horse battery"))).Address.PathAndQuery);
        // A proof is a sign-in: the handle is another one, and the old one is worth nothing.
        Assert.NotEqual(handle, SessionOf(browser));
        using var copy = new Browser(host);
        copy.Cookies.Add(host.Address, new Cookie("identity-session", handle, "/"));
        Assert.Equal("Sign in", (await copy.OpenAsync("/")).Heading);
    }

    [Fact]
    public async Task A_form_that_is_filled_in_slowly_is_taken_for_twenty_minutes_to_the_second()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "slow" });
        using var browser = new Browser(host);
        await browser.SignInAsync(await browser.OpenAsync("/sign-in"), "slow");
        var (first, second) = (await browser.OpenAsync("/account/email"), await browser.OpenAsync("/account/email"));
        host.Clock.Advance(TimeSpan.FromMinutes(20));
        // Its answer is a page to open, which is ten minutes too late by now: nothing was lost all the same.
        await browser.SubmitAsync(first, "Send the code", ("email", "slow@example.com"));
        Assert.Single(host.MailsTo("slow@example.com"));
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("Confirm that it is you", (await browser.SubmitAsync(second, "Send the code", ("email", "slower@example.com"))).Heading);
        Assert.Empty(host.MailsTo("slower@example.com"));
    }

    [Fact]
    public async Task An_account_with_two_steps_must_have_taken_both_however_fresh_the_first_is()
    {
        var (phone, _) = await host.AddTwoStepAccountAsync(new NewAccount { UserName = "prover-of-two" });
        using var browser = new Browser(host);
        await browser.SubmitAsync(await browser.ToSecondStepAsync("prover-of-two"), "Sign in", ("code", phone.Now(host)), ("rememberDevice", "true"));
        host.Clock.Advance(TimeSpan.FromSeconds(30));
        // The device is remembered, so this session has the password alone.
        await browser.SignInAsync(await browser.OpenAsync("/sign-in"), "prover-of-two");
        foreach (var address in Pages)
        {
            Assert.Equal("Confirm that it is you", (await browser.OpenAsync(address)).Heading);
        }

        var second = await browser.SubmitAsync(await browser.OpenAsync("/account/password"), "Continue", ("password", "correct horse battery"));
        Assert.Equal("Second step", second.Heading);
        Assert.Equal("Confirm that it is you", (await browser.OpenAsync("/account/password")).Heading);
        Assert.Equal("/account/password", (await browser.SubmitAsync(second, "Sign in", ("code", phone.Now(host)))).Address.PathAndQuery);
    }

    [Fact]
    public async Task Whoever_is_not_signed_in_is_asked_to_and_comes_back_to_the_page()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "comer" });
        foreach (var address in Pages)
        {
            using var browser = new Browser(host);
            var page = await browser.OpenAsync(address);
            Assert.Equal("Sign in", page.Heading);
            Assert.Equal(address, (await browser.SignInAsync(page, "comer")).Address.PathAndQuery);
        }
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/account/password")]
    [InlineData("/account/../connect/authorize")]
    [InlineData("/account/password?x=1")]
    [InlineData("/account/password\r\nSet-Cookie: a=b")]
    [InlineData("javascript:alert(1)")]
    public async Task A_proof_leads_to_pages_of_the_account_and_nowhere_else(string then)
    {
        var name = $"led-{Math.Abs(string.GetHashCode(then, StringComparison.Ordinal))}";
        await host.AddAccountAsync(new NewAccount { UserName = name });
        using var browser = new Browser(host);
        await browser.SignInAsync(await browser.OpenAsync("/sign-in"), name);
        var page = await browser.OpenAsync($"/account/confirm?then={Uri.EscapeDataString(then)}");
        Assert.Equal("/", page.Field("then"));
        Assert.Equal("/", (await browser.SubmitAsync(page, "Continue", ("password", "correct horse battery"), ("then", then))).Address.PathAndQuery);
    }

    [Fact]
    public async Task Another_persons_password_proves_nothing()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "one-of-two" });
        await host.AddAccountAsync(new NewAccount { UserName = "two-of-two" }, "the other's password");
        using var browser = new Browser(host);
        await browser.SignInAsync(await browser.OpenAsync("/sign-in"), "one-of-two");
        host.Clock.Advance(TimeSpan.FromMinutes(11));
        var page = await browser.OpenAsync("/account/password");
        page = await browser.SubmitAsync(page, "Continue", ("username", "two-of-two"), ("password", "the other's password"));
        Assert.Equal("Confirm that it is you", page.Heading);
    }

    private static string SessionOf(Browser browser) => browser.Cookies.GetAllCookies().Single(one => one.Name == "identity-session").Value;

    private static Type? ModelOf(PageActionDescriptor page) =>
        typeof(Identity.Server.Pages.ProvedPage).Assembly.GetTypes().SingleOrDefault(type => type.Namespace == "Identity.Server.Pages" && type.Name == $"{page.ViewEnginePath.TrimStart('/')}Model");
}
