using Identity.Tests.Interop;
using Identity.Tests.Support;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Identity.Tests.Browsing;

/// <summary>Another origin: it serves a single page application on oidc-client-ts, and shows what an authorization answer brought it.</summary>
internal sealed class SpaHost : IAsyncDisposable
{
    private readonly WebApplication app;

    private SpaHost(WebApplication app) => this.app = app;

    public string Origin { get; private set; } = "";

    /// <summary>Where an answer to a client without scripts arrives.</summary>
    public string Back => $"{Origin}/back";

    /// <summary>The issuer that the application signs in at; known once that has started.</summary>
    public string Authority { get; set; } = "";

    public static async Task<SpaHost> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting(WebHostDefaults.ServerUrlsKey, "http://127.0.0.1:0");
        var spa = new SpaHost(builder.Build());
        spa.Map();
        await spa.app.StartAsync();
        spa.Origin = spa.app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return spa;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private void Map()
    {
        var folder = Path.Combine(Repository.Root, "Identity.Tests", "Browser");
        app.MapGet("/settings", () => new { authority = Authority, client_id = "single-page" });
        app.MapGet("/spa.js", () => Results.File(Path.Combine(folder, "spa.js"), "text/javascript"));
        app.MapGet("/oidc-client-ts.js", () => Results.File(Path.Combine(Node.Packages, "oidc-client-ts", "dist", "browser", "oidc-client-ts.min.js"), "text/javascript"));
        app.MapGet("/back", () => Results.Content("<!doctype html><title>Back</title><link rel=\"icon\" href=\"data:,\"><h1>Back at the client</h1>", "text/html"));
        app.MapPost("/back", async (HttpContext http) =>
        {
            var form = await http.Request.ReadFormAsync();
            return Results.Content($"<!doctype html><title>Posted</title><link rel=\"icon\" href=\"data:,\"><h1>Posted to the client</h1><p>{string.Join(' ', form.Keys.Order(StringComparer.Ordinal))}</p>", "text/html");
        });
        app.MapGet("/{**page}", () => Results.File(Path.Combine(folder, "spa.html"), "text/html"));
    }
}
