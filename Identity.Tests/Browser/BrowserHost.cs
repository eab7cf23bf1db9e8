using System.Text.Json.Nodes;
using Identity.Tests.Interop;

namespace Identity.Tests.Browsing;

/// <summary>The server, and another origin with clients that a real browser can come back to.</summary>
public sealed class BrowserHost : RelyingPartyHost
{
    /// <summary>The application's origin.</summary>
    internal SpaHost Spa { get; private set; } = null!;

    protected override JsonArray Clients =>
    [
        .. base.Clients.Select(client => client!.DeepClone()),
        new JsonObject
        {
            ["client_id"] = "single-page",
            ["client_name"] = "The Application",
            ["token_endpoint_auth_method"] = "none",
            ["grant_types"] = new JsonArray("authorization_code", "refresh_token"),
            ["redirect_uris"] = new JsonArray($"{Spa.Origin}/callback", $"{Spa.Origin}/silent"),
            ["post_logout_redirect_uris"] = new JsonArray($"{Spa.Origin}/bye"),
            ["cors_origins"] = new JsonArray(Spa.Origin),
            ["scope"] = "openid profile offline_access",
        },
        new JsonObject
        {
            ["client_id"] = "corner-shop",
            ["client_name"] = "The Corner Shop of Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
            ["client_secret"] = Secret,
            ["grant_types"] = new JsonArray("authorization_code"),
            ["redirect_uris"] = new JsonArray(Spa.Back),
            ["policy_uri"] = "https://rp.example/privacy",
            ["tos_uri"] = "https://rp.example/terms",
            ["scope"] = "openid profile email phone address offline_access api",
        },
    ];

    public override async ValueTask InitializeAsync()
    {
        Spa = await SpaHost.StartAsync();
        await base.InitializeAsync();
        Spa.Authority = Issuer;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Spa.DisposeAsync();
    }
}
