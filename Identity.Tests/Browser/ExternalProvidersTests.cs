using Identity.Tests.External;
using Microsoft.Playwright;

namespace Identity.Tests.Browsing;

/// <summary>Each provider from end to end in Chromium: the button, the provider's page, the way back, the link. The browser itself holds the forms against form-action.</summary>
[Collection(InChromium.Name)]
public sealed class ExternalProvidersTests(ChromiumFixture chromium, ExternalHost host) : IClassFixture<ExternalHost>
{
    [Theory]
    [InlineData("QQ", "WeChat")]
    [InlineData("WeChat", "QQ")]
    public async Task A_person_signs_in_with_one_provider_and_links_the_other(string provider, string other)
    {
        host.Providers.Person = $"person-of-{provider}";
        await using var window = await chromium.OpenAsync();
        await window.Page.GotoAsync($"{host.Issuer}/sign-in");
        await window.Button($"Sign in with {provider}").ClickAsync();
        await window.ArriveAsync("Your account");
        await Assertions.Expect(window.Page.Locator("main")).ToContainTextAsync($"person-of-{provider}");

        await window.Link("Linked accounts").ClickAsync();
        await window.ArriveAsync("Linked accounts");
        await window.Button($"Link {other}").ClickAsync();
        await Assertions.Expect(window.Button($"Remove {other}")).ToBeVisibleAsync();
        await window.Button($"Remove {provider}").ClickAsync();
        await Assertions.Expect(window.Button($"Remove {provider}")).ToBeHiddenAsync();
        await window.Button($"Remove {other}").ClickAsync();
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("last way to sign in");
        await window.CloseAsync();
    }
}
