using Microsoft.Playwright;

namespace Identity.Tests.Browsing;

/// <summary>Tests in a real browser share one Chromium and run one after another: a machine of two cores draws one page well and ten badly.</summary>
[CollectionDefinition(Name)]
public sealed class InChromium : ICollectionFixture<ChromiumFixture>
{
    public const string Name = "Chromium";
}

/// <summary>One headless Chromium, the system's own; started when the first test asks for a window. Where it is missing the test says so and skips.</summary>
public sealed class ChromiumFixture : IAsyncDisposable
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private IPlaywright? driver;
    private IBrowser? chromium;

    /// <summary>A window with a profile of its own: no cookies, no history, nothing that another test left.</summary>
    /// <param name="width">Of the page, in CSS pixels.</param>
    internal Task<Window> OpenAsync(int width = 1024) => OpenAsync(new Look(Width: width));

    /// <summary>The same, as <paramref name="look"/> says.</summary>
    internal async Task<Window> OpenAsync(Look look)
    {
        chromium ??= await StartAsync();
        var context = await chromium.NewContextAsync(new()
        {
            ViewportSize = new() { Width = look.Width, Height = 768 },
            Locale = look.Language,
            JavaScriptEnabled = look.Scripts,
            ColorScheme = look.Dark ? ColorScheme.Dark : ColorScheme.Light,
        });
        return await Window.OpenAsync(context, look);
    }

    public async ValueTask DisposeAsync()
    {
        if (chromium is not null)
        {
            await chromium.DisposeAsync();
        }

        driver?.Dispose();
    }

    private async Task<IBrowser> StartAsync()
    {
        var executable = Array.Find(Places, File.Exists);
        if (executable is null)
        {
            Assert.Skip("Chromium is not installed: apt-get install chromium.");
        }

        if (!Directory.Exists(Path.Combine(AppContext.BaseDirectory, ".playwright", "node")))
        {
            Assert.Skip("Playwright has no driver for this platform.");
        }

        // For expectations what Playwright gives to actions anyway: nobody waits for it unless the machine is busy or the test fails.
        Assertions.SetDefaultExpectTimeout(30_000);
        driver = await Playwright.CreateAsync();
        return await driver.Chromium.LaunchAsync(new()
        {
            ExecutablePath = executable,
            Headless = true,
            ChromiumSandbox = false,
            // Nothing that reaches for a network.
            Args = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }
}
