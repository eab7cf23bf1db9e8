using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Identity.Tests.Browsing;

/// <summary>
/// A browser window that remembers everything its pages complained of: errors on the console (a broken content security policy
/// is one), exceptions nobody caught, requests that failed. A test closes it with <see cref="CloseAsync"/>, which fails on complaints.
/// </summary>
internal sealed class Window : IAsyncDisposable
{
    private readonly IBrowserContext context;
    private readonly ConcurrentQueue<string> complaints = new();

    private readonly Look look;

    private Window(IBrowserContext context, IPage page, Look look)
    {
        (this.context, Page, this.look) = (context, page, look);
        context.Console += (_, message) => Complain(message.Type is "error" or "warning", $"console {message.Type}: {message.Text} ({message.Location})");
        context.WebError += (_, error) => Complain(true, $"exception: {error.Error}");
        context.RequestFailed += (_, request) => Complain(request.Failure is not "net::ERR_ABORTED", $"failed: {request.Url}: {request.Failure}");
        context.Response += (_, response) => Complain(response.Status >= 500, $"{response.Status}: {response.Url}");
    }

    public IPage Page { get; }

    public ILocator Heading => Page.Locator("h1");

    /// <summary>What the pages complained of so far.</summary>
    public IReadOnlyCollection<string> Complaints => complaints;

    public static async Task<Window> OpenAsync(IBrowserContext context, Look look) => new(context, await context.NewPageAsync(), look);

    public ILocator Button(string text) => Page.GetByRole(AriaRole.Button, new() { Name = text, Exact = true });

    public ILocator Link(string text) => Page.GetByRole(AriaRole.Link, new() { Name = text, Exact = true });

    /// <summary>Waits for the page with this heading.</summary>
    public Task ArriveAsync(string heading) => Assertions.Expect(Heading).ToHaveTextAsync(heading);

    /// <summary>Fills in the sign-in page and sends it.</summary>
    public async Task SignInAsync(string name, string password = "correct horse battery")
    {
        await ArriveAsync("Sign in");
        await Page.GetByLabel("User name, e-mail or phone number").FillAsync(name);
        await Page.GetByLabel("Password", new() { Exact = true }).FillAsync(password);
        await Button("Sign in").ClickAsync();
    }

    /// <summary>How far the page is wider than its window, in CSS pixels.</summary>
    public Task<int> OverflowAsync() => Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");

    /// <summary>
    /// Looks at a page, or at one of its states, as everybody should: axe-core finds nothing (where it is installed and script runs),
    /// nothing is wider than the window, a picture is taken.
    /// </summary>
    public async Task SeenAsync(string state)
    {
        await Assertions.Expect(Page.Locator("main")).ToBeVisibleAsync();
        await PictureAsync($"{state}-{look}");
        if (!look.Scripts)
        {
            return;
        }

        Assert.True(await OverflowAsync() == 0, $"{state} is wider than its window.");
        if (Axe.Value is { } axe)
        {
            // Evaluated by the driver and not by the page, whose policy has no room for it.
            await Page.EvaluateAsync(axe);
            var violations = await Page.EvaluateAsync<string[]>("axe.run({ resultTypes: ['violations'] }).then(result => result.violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.html} ${node.failureSummary}`)))");
            Assert.True(violations.Length == 0, $"{state} ({look}): {string.Join('\n', violations)}");
        }
    }

    /// <summary>npm's axe-core; null where it is not installed.</summary>
    private static readonly Lazy<string?> Axe = new(() => Path.Combine(Interop.Node.Packages, "axe-core", "axe.min.js") is var file && File.Exists(file) ? File.ReadAllText(file) : null);

    /// <summary>Pictures for a person to look at, by day and by night, in the folder that IDENTITY_TEST_PICTURES names; none without it.</summary>
    public async Task PictureAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("IDENTITY_TEST_PICTURES") is { Length: > 0 } folder)
        {
            foreach (var (scheme, suffix) in look.Dark ? [(ColorScheme.Dark, "")] : new[] { (ColorScheme.Dark, "-dark"), (ColorScheme.Light, "") })
            {
                await Page.EmulateMediaAsync(new() { ColorScheme = scheme });
                await Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}{suffix}.png"), FullPage = true });
            }
        }
    }

    /// <summary>The end of a test that went well: nothing was complained of.</summary>
    public async Task CloseAsync()
    {
        await context.CloseAsync();
        Assert.Empty(complaints);
    }

    public async ValueTask DisposeAsync()
    {
        await context.DisposeAsync();
        // Beside a failed expectation these say why.
        foreach (var complaint in complaints)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(complaint);
        }
    }

    private void Complain(bool worthIt, string complaint)
    {
        if (worthIt)
        {
            complaints.Enqueue(complaint);
        }
    }
}
