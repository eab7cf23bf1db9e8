using System.Net;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Microsoft.AspNetCore.WebUtilities;

namespace Identity.Tests.Support;

/// <summary>A browser without scripts: cookies, forms, and redirects that it follows as long as they stay with us.</summary>
internal sealed class Browser : IDisposable
{
    private readonly HttpClient client;
    private readonly Uri home;
    private readonly Uri? also;

    public Browser(IdentityHost host, string? userAgent = null, string? languages = null)
        : this(host.Address, userAgent, languages)
    {
    }

    /// <param name="home">The server's public address.</param>
    /// <param name="userAgent">As the browser calls itself.</param>
    /// <param name="languages">What it sends as Accept-Language.</param>
    /// <param name="also">Another site whose redirects are followed too.</param>
    /// <param name="way">What lies between the browser and the server; null for nothing.</param>
    public Browser(Uri home, string? userAgent = null, string? languages = null, Uri? also = null, Func<SocketsHttpHandler, HttpMessageHandler>? way = null)
    {
        (this.home, this.also) = (home, also);
        var network = new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = Cookies };
        client = new HttpClient(way?.Invoke(network) ?? network) { BaseAddress = home };
        // As browsers ask when a person opens something; others' servers tell people from scripts by it.
        client.DefaultRequestHeaders.Accept.ParseAdd("text/html,application/xhtml+xml,*/*;q=0.8");
        if (languages is not null)
        {
            client.DefaultRequestHeaders.TryAddWithoutValidation("Accept-Language", languages);
        }

        if (userAgent is not null)
        {
            client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", userAgent);
        }
    }

    public CookieContainer Cookies { get; } = new();

    /// <summary>Opens an address and follows redirects within the server.</summary>
    public Task<Stop> OpenAsync(string address) => GoAsync(new HttpRequestMessage(HttpMethod.Get, address));

    /// <summary>Posts a form that another site holds.</summary>
    public Task<Stop> PostAsync(string address, IEnumerable<(string Name, string Value)> form) =>
        GoAsync(new HttpRequestMessage(HttpMethod.Post, address) { Content = new FormUrlEncodedContent(form.Select(pair => KeyValuePair.Create(pair.Name, pair.Value))) });

    /// <summary>Fills in the page's first form (or the one with <paramref name="button"/>) and sends it.</summary>
    public Task<Stop> SubmitAsync(Stop page, string? button = null, params (string Name, string Value)[] filled)
    {
        var document = page.Document;
        var pressed = button is null ? null : document.QuerySelectorAll("button").OfType<IHtmlButtonElement>().Single(one => one.TextContent.Trim() == button);
        var form = pressed?.Form ?? document.Forms[0];
        var fields = form.Elements.OfType<IHtmlInputElement>().Where(input => input.Name is not null && (input.Type != "checkbox" || input.IsChecked))
            .ToDictionary(input => input.Name!, input => input.Value);
        if (pressed?.Name is { Length: > 0 } name)
        {
            fields[name] = pressed.Value;
        }

        foreach (var (field, value) in filled)
        {
            fields[field] = value;
        }

        var action = form.GetAttribute("action") is { Length: > 0 } given ? new Uri(page.Address, given) : page.Address;
        return GoAsync(new HttpRequestMessage(HttpMethod.Post, action) { Content = new FormUrlEncodedContent(fields) });
    }

    /// <summary>Posts fields of anybody's making with this browser's cookies: what another site's page can make it do.</summary>
    public Task<Stop> PostAsync(string address, params (string Name, string Value)[] fields) =>
        GoAsync(new HttpRequestMessage(HttpMethod.Post, address) { Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))) });

    /// <summary>Signs in on the page, in whichever language it is and whichever request waits behind it.</summary>
    public Task<Stop> SignInAsync(Stop page, string name, string password = "correct horse battery") =>
        SubmitAsync(page, page.Document.QuerySelector("form:has(input[type=password]) button")!.TextContent.Trim(), ("username", name), ("password", password));

    public void Dispose() => client.Dispose();

    private async Task<Stop> GoAsync(HttpRequestMessage request)
    {
        for (var hops = 0; hops < 10; hops++)
        {
            var address = new Uri(home, request.RequestUri!);
            using var response = await client.SendAsync(request);
            var stop = new Stop(address, await Answer.OfAsync(response));
            if (response.Headers.Location is not { } location)
            {
                return stop;
            }

            var next = new Uri(address, location);
            if (!home.IsBaseOf(next) && also?.IsBaseOf(next) is not true)
            {
                return stop with { Left = next };
            }

            request = new HttpRequestMessage(HttpMethod.Get, next);
        }

        throw new InvalidOperationException("The server redirects in a circle.");
    }
}

/// <summary>Where a browser came to rest: a page of ours, or on its way to a client.</summary>
/// <param name="Address">The last address of ours.</param>
/// <param name="Answer">What it answered.</param>
/// <param name="Left">Where the browser was sent, away from us.</param>
internal sealed record Stop(Uri Address, Answer Answer, Uri? Left = null)
{
    public IHtmlDocument Document => new HtmlParser().ParseDocument(Answer.Body);

    public string Heading => Document.QuerySelector("h1")?.TextContent ?? "";

    /// <summary>The value of a field of the page's forms; null when none has it.</summary>
    public string? Field(string name) => Document.QuerySelectorAll("input").OfType<IHtmlInputElement>().FirstOrDefault(input => input.Name == name)?.Value;

    /// <summary>A parameter of the answer to the client, from query or fragment.</summary>
    public string? Parameter(string name) =>
        Left is null ? null : QueryHelpers.ParseQuery(Left.Fragment is { Length: > 1 } fragment ? fragment[1..] : Left.Query).TryGetValue(name, out var value) ? value.ToString() : null;
}
