using System.Text.Json.Nodes;
using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Interop;

/// <summary>A web server that nobody here wrote protects its pages with ours: Debian's Apache with mod_auth_openidc.</summary>
public sealed class ApacheTests(ApacheTests.ApacheHost host) : IClassFixture<ApacheTests.ApacheHost>
{
    [Fact]
    public async Task A_person_signs_in_at_Apache_is_known_there_and_signs_out()
    {
        var apache = host.Apache;
        var account = await host.AddAccountAsync(new NewAccount { UserName = "visitor", Email = "visitor@example.com", EmailVerified = true });
        using var browser = new Browser(host);
        var inside = await SignInAsync(browser, "visitor");
        Assert.Equal("for those who are signed in\n", inside.Answer.Body);
        Assert.Equal("visitor", inside.Answer.Headers["X-Remote-User"]);
        Assert.Equal(account.Subject, inside.Answer.Headers["X-Subject"]);
        Assert.Equal("visitor@example.com", inside.Answer.Headers["X-Email"]);
        var accessToken = inside.Answer.Headers["X-Access-Token"];
        Assert.Equal(200, (await host.UserInfoAsync(accessToken)).Status);

        // Apache asks our end session endpoint with its id_token as the hint: nobody is asked, and the browser comes back.
        var toUs = await browser.OpenAsync($"{apache.Address}/callback?logout={Uri.EscapeDataString($"{apache.Address}/open/")}");
        Assert.StartsWith($"{apache.Address}/open/", toUs.Left?.AbsoluteUri ?? toUs.Address.AbsoluteUri, StringComparison.Ordinal);
        Assert.Equal("open to all\n", (await browser.OpenAsync((toUs.Left ?? toUs.Address).AbsoluteUri)).Answer.Body);
        Assert.Equal(401, (await host.UserInfoAsync(accessToken)).Status);
        Assert.Equal("Sign in", (await browser.OpenAsync($"{apache.Address}/")).Heading);
    }

    [Fact]
    public async Task Whoever_signs_out_here_is_signed_out_of_Apache_by_the_back_channel()
    {
        var apache = host.Apache;
        await host.AddAccountAsync(new NewAccount { UserName = "told" });
        using var browser = new Browser(host);
        Assert.Equal("told", (await SignInAsync(browser, "told")).Answer.Headers["X-Remote-User"]);
        Assert.Equal("You are signed out", (await browser.SubmitAsync(await browser.OpenAsync("/sign-out"), "Sign out")).Heading);

        // The job delivers within a second or two; until then Apache knows its own session only.
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var page = await browser.OpenAsync($"{apache.Address}/");
        for (var poll = 0; poll < 200 && page.Heading.Length == 0; poll++)
        {
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
            page = await browser.OpenAsync($"{apache.Address}/");
        }

        Assert.Equal("Sign in", page.Heading);
    }

    // To Apache, from there to us, and back to where the person wanted to go.
    private async Task<Stop> SignInAsync(Browser browser, string name)
    {
        var page = await browser.OpenAsync($"{host.Apache.Address}/");
        Assert.Equal("Sign in", page.Heading);
        page = await browser.SignInAsync(page, name);
        Assert.Equal("Allow access?", page.Heading);
        var back = (await browser.SubmitAsync(page, "Allow")).Left;
        for (var hops = 0; hops < 5; hops++)
        {
            page = await browser.OpenAsync(back!.AbsoluteUri);
            back = page.Left;
            if (back is null)
            {
                break;
            }
        }

        Assert.True(page.Answer.Status == 200, $"{page.Answer.Status} {page.Answer.Body}\n{host.Apache.Log}");
        return page;
    }

    /// <summary>The server, and an Apache that is one of its clients.</summary>
    public sealed class ApacheHost : RelyingPartyHost
    {
        private readonly IReadOnlyList<int> ports = Interop.Apache.FreePorts(4);

        private Apache? apache;

        /// <summary>Skips the test where Apache is not installed.</summary>
        internal Apache Apache
        {
            get
            {
                if (Interop.Apache.Missing is { } reason)
                {
                    Assert.Skip(reason);
                }

                return apache!;
            }
        }

        protected override JsonArray Clients =>
        [
            .. base.Clients.Select(client => client!.DeepClone()),
            .. ports.Select(port => new JsonObject
            {
                ["client_id"] = $"apache-{port}",
                ["client_name"] = "The Web Server",
                ["client_secret"] = Secret,
                ["grant_types"] = new JsonArray("authorization_code"),
                ["redirect_uris"] = new JsonArray($"{Interop.Apache.Of(port)}/callback"),
                ["post_logout_redirect_uris"] = new JsonArray($"{Interop.Apache.Of(port)}/open/"),
                ["backchannel_logout_uri"] = $"{Interop.Apache.Of(port)}/callback?logout=backchannel",
                ["scope"] = "openid profile email",
            }),
        ];

        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            apache = Interop.Apache.Missing is not null ? null : await Interop.Apache.StartAsync(ports, Issuer, Secret);
        }

        public override async ValueTask DisposeAsync()
        {
            if (apache is not null)
            {
                await apache.DisposeAsync();
            }

            await base.DisposeAsync();
        }
    }
}
