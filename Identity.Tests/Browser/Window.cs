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

    private Window(IBrowserContext context, IPage page)
    {
        (this.context, Page) = (context, page);
        context.Console += (_, message) => Complain(message.Type is "error" or "warning", $"console {message.Type}: {message.Text} ({message.Location})");
        context.WebError += (_, error) => Complain(true, $"exception: {error.Error}");
        context.RequestFailed += (_, request) => Complain(request.Failure is not "net::ERR_ABORTED", $"failed: {request.Url}: {request.Failure}");
        context.Response += (_, response) => Complain(response.Status >= 500, $"{response.Status}: {response.Url}");
    }

    public IPage Page { get; }

    public ILocator Heading => Page.Locator("h1");

    /// <summary>What the pages complained of so far.</summary>
    public IReadOnlyCollection<string> Complaints => complaints;

    public static async Task<Window> OpenAsync(IBrowserContext context) => new(context, await context.NewPageAsync());

    public ILocator Button(string text) => Page.GetByRole(AriaRole.Button, new() { Name = text, Exact = true });

    public ILocator Link(string text) => Page.GetByRole(AriaRole.Link, new() { Name = text, Exact = true });

    /// <summary>Waits for the page with this heading.</summary>
    public Task ArriveAsync(string heading) => Assertions.Expect(Heading).ToHaveTextAsync(heading);

    /// <summary>Fills in the sign-in page and sends it.</summary>
    public async Task SignInAsync(string name, string password = "correct horse battery")
    {
        await ArriveAsync("Sign in");
        await Page.GetByLabel("User name, e-mail or phone number").FillAsync(name);
        await Page.GetByLabel("Password").FillAsync(password);
        await Button("Sign in").ClickAsync();
    }

    /// <summary>How far the page is wider than its window, in CSS pixels.</summary>
    public Task<int> OverflowAsync() => Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");

    /// <summary>Pictures for a person to look at, by day and by night, in the folder that IDENTITY_TEST_PICTURES names; none without it.</summary>
    public async Task PictureAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("IDENTITY_TEST_PICTURES") is { Length: > 0 } folder)
        {
            foreach (var (scheme, suffix) in new[] { (ColorScheme.Dark, "-dark"), (ColorScheme.Light, "") })
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
