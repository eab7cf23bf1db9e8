using Identity.Server.Accounts;
using Identity.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.RazorPages.Infrastructure;
using Microsoft.AspNetCore.WebUtilities;

namespace Identity.Tests.Attacks;

/// <summary>Cross-site request forgery: another site's page makes a signed-in person's browser send our forms. The forms are the server's own list, so a new one is judged without anybody thinking of it.</summary>
public sealed class ForgedFormsTests(AttackHost host) : IClassFixture<AttackHost>
{
    private const string Token = "__RequestVerificationToken";

    // Drawn for whatever failed, whichever method that had; it has no form and changes nothing.
    private const string ErrorPage = "/error";

    [Fact]
    public async Task A_form_without_its_token_or_with_a_strangers_is_refused_and_changes_nothing()
    {
        var forms = await FormsAsync();
        Assert.Empty(Known.Except(forms));
        using var stranger = new Browser(host);
        var foreign = (await stranger.OpenAsync("/sign-in")).Field(Token)!;
        foreach (var form in forms)
        {
            using var victim = new Browser(host);
            var fields = await WaitingAsync(victim, $"victim{form.GetHashCode(StringComparison.Ordinal):x}");
            var own = (await victim.OpenAsync("/sign-in")).Field(Token)!;
            foreach (var token in new[] { null, "", "nonsense", foreign, own[..^2], own + "A" })
            {
                var before = await host.EverythingStoredAsync();
                var stop = await victim.PostAsync(form, [.. fields, .. token is null ? Array.Empty<(string, string)>() : [(Token, token)]]);
                // A page with nothing to send leads on to another one.
                var ledOn = stop.Answer.Status == 200 && !string.Equals(stop.Address.AbsolutePath, form.Split('?')[0], StringComparison.Ordinal);
                Assert.True(stop.Left is null && (stop.Answer.Status == 400 || ledOn), $"{form} took the token {token}: {stop.Answer.Status} {stop.Left}");
                Assert.Equal(before, await host.EverythingStoredAsync());
            }

            // What was refused was refused for its token.
            var changed = await host.EverythingStoredAsync();
            var good = await victim.PostAsync(form, [.. fields, (Token, own)]);
            Assert.DoesNotContain("out of date", good.Answer.Body, StringComparison.Ordinal);
            if (Known.Contains(form))
            {
                Assert.NotEqual(changed, await host.EverythingStoredAsync());
            }
        }
    }

    [Fact]
    public async Task A_token_without_the_cookie_that_goes_with_it_is_worth_nothing()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "cookieless" });
        using var browser = new Browser(host);
        var token = (await browser.OpenAsync("/sign-in")).Field(Token)!;
        var answer = await host.PostAsync("/sign-in", null, ("username", "cookieless"), ("password", "correct horse battery"), (Token, token));
        Assert.Equal(400, answer.Status);
        Assert.DoesNotContain("identity-session", answer.Headers.TryGetValue("Set-Cookie", out var cookies) ? cookies : "", StringComparison.Ordinal);
    }

    private static readonly string[] Known = ["/sign-in", "/sign-in?handler=Cancel", "/consent", "/select-account", "/sign-out", "/account/applications", "/device?handler=Decide"];

    /// <summary>Signed in, with something to withdraw, a request and a device that wait; and the fields of every form.</summary>
    private async Task<(string Name, string Value)[]> WaitingAsync(Browser browser, string name)
    {
        await host.AddAccountAsync(new NewAccount { UserName = name });
        Assert.NotNull((await browser.ArriveAsync(CodeFlowHost.Request("shop"), name)).Parameter("code"));
        var page = await browser.OpenAsync(CodeFlowHost.Request("market"));
        Assert.Equal("Allow access?", page.Heading);
        var device = await host.PostAsync("/connect/device", "tv", ("scope", "openid"));
        var handle = QueryHelpers.ParseQuery(page.Address.Query)["request"].ToString();
        return [("request", handle), ("username", name), ("password", "correct horse battery"), ("remember", "true"), ("allow", "true"), ("clientId", "shop"), ("user_code", device.Text("user_code")), ("person", page.Field("person")!)];
    }

    private async Task<IReadOnlyList<string>> FormsAsync()
    {
        var loader = host.Services.GetRequiredService<PageLoader>();
        var forms = new List<string>();
        foreach (var page in host.Services.GetRequiredService<IActionDescriptorCollectionProvider>().ActionDescriptors.Items.OfType<PageActionDescriptor>())
        {
            var path = $"/{page.AttributeRouteInfo!.Template!.TrimStart('/')}";
            var handlers = (await loader.LoadAsync(page, EndpointMetadataCollection.Empty)).HandlerMethods;
            forms.AddRange(handlers.Where(handler => handler.HttpMethod.Equals("POST", StringComparison.OrdinalIgnoreCase) && path != ErrorPage).Select(handler => handler.Name is null ? path : $"{path}?handler={handler.Name}"));
        }

        return [.. forms.Distinct()];
    }
}
