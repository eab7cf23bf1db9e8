// A web application that lets people sign in: the authorization code flow with PKCE on the framework's own OAuth handler.
using System.Globalization;
using System.Net;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.WebUtilities;

const string Provider = "identity";

var builder = WebApplication.CreateBuilder(args);
if (builder.Configuration["urls"] is null)
{
    builder.WebHost.UseUrls("http://localhost:5001");
}

var authority = builder.Configuration["Authority"] ?? "http://localhost:5000";
var clientId = "sample-web";
var clientSecret = builder.Configuration["ClientSecret"] ?? "demo-secret-for-development-only";

builder.Services.AddHttpClient();
builder.Services.AddAuthentication(options => (options.DefaultScheme, options.DefaultChallengeScheme) = (CookieAuthenticationDefaults.AuthenticationScheme, Provider))
    .AddCookie(options => options.Cookie.Name = "sample-web")
    .AddOAuth(Provider, options =>
    {
        options.AuthorizationEndpoint = $"{authority}/connect/authorize";
        options.TokenEndpoint = $"{authority}/connect/token";
        options.UserInformationEndpoint = $"{authority}/connect/userinfo";
        (options.ClientId, options.ClientSecret) = (clientId, clientSecret);
        options.CallbackPath = "/signin-identity";
        options.UsePkce = true;
        options.SaveTokens = true;
        foreach (var scope in new[] { "openid", "profile", "offline_access" })
        {
            options.Scope.Add(scope);
        }

        // The answer comes back by an ordinary navigation, so Lax is enough; and on http://localhost a Secure cookie may not stay.
        (options.CorrelationCookie.SameSite, options.CorrelationCookie.SecurePolicy) = (SameSiteMode.Lax, CookieSecurePolicy.SameAsRequest);
        options.ClaimActions.MapJsonKey(ClaimTypes.NameIdentifier, "sub");
        options.ClaimActions.MapJsonKey(ClaimTypes.Name, "nickname");
        options.ClaimActions.MapJsonKey(ClaimTypes.GivenName, "preferred_username");
        options.Events.OnCreatingTicket = async context =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, context.Options.UserInformationEndpoint);
            request.Headers.Authorization = new("Bearer", context.AccessToken);
            using var answer = await context.Backchannel.SendAsync(request, context.HttpContext.RequestAborted);
            answer.EnsureSuccessStatusCode();
            using var person = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(context.HttpContext.RequestAborted));
            context.RunClaimActions(person.RootElement);
            // Kept for the logout, which it tells whose session to end.
            var tokens = context.Properties.GetTokens().Append(new AuthenticationToken { Name = "id_token", Value = context.TokenResponse.Response!.RootElement.GetProperty("id_token").GetString()! });
            context.Properties.StoreTokens(tokens);
        };
    });
builder.Services.AddAuthorization();

var app = builder.Build();
app.UseAuthentication();
app.UseAuthorization();

app.MapGet("/", async (HttpContext http) =>
{
    var body = http.User.Identity is { IsAuthenticated: true }
        ? $"<p id=\"who\">{Encode(http.User.FindFirstValue(ClaimTypes.Name) ?? http.User.FindFirstValue(ClaimTypes.GivenName))} ({Encode(http.User.FindFirstValue(ClaimTypes.NameIdentifier))})</p>"
            + $"<p>The access token is good until <span id=\"until\">{Encode(await http.GetTokenAsync("expires_at"))}</span>.</p>"
            + "<form method=\"post\" action=\"/refresh\"><button>Refresh</button></form><form method=\"post\" action=\"/sign-out\"><button>Sign out</button></form>"
        : "<p><a href=\"/sign-in\">Sign in</a></p>";
    return Results.Content($"<!doctype html><html lang=\"en\"><title>Sample</title><h1>A web application</h1>{body}</html>", "text/html; charset=utf-8");
});

app.MapGet("/sign-in", () => Results.Challenge(new AuthenticationProperties { RedirectUri = "/" }, [Provider]));

// The two below change something, and the cookie is SameSite=Lax: another site's form comes without it.
app.MapPost("/refresh", async (HttpContext http, IHttpClientFactory clients) =>
{
    var session = await http.AuthenticateAsync();
    if (session.Properties?.GetTokenValue("refresh_token") is not { } refreshToken)
    {
        return Results.Redirect("/sign-in");
    }

    using var client = clients.CreateClient();
    using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "refresh_token", ["refresh_token"] = refreshToken, ["client_id"] = clientId, ["client_secret"] = clientSecret });
    using var answer = await client.PostAsync($"{authority}/connect/token", form);
    if (!answer.IsSuccessStatusCode)
    {
        // Signed out elsewhere, or too old: the person signs in again.
        await http.SignOutAsync();
        return Results.Redirect("/sign-in");
    }

    using var tokens = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
    session.Properties.UpdateTokenValue("access_token", tokens.RootElement.GetProperty("access_token").GetString()!);
    session.Properties.UpdateTokenValue("refresh_token", tokens.RootElement.GetProperty("refresh_token").GetString()!);
    session.Properties.UpdateTokenValue("expires_at", DateTimeOffset.UtcNow.AddSeconds(tokens.RootElement.GetProperty("expires_in").GetInt32()).ToString("o", CultureInfo.InvariantCulture));
    await http.SignInAsync(session.Principal!, session.Properties);
    return Results.Redirect("/");
});

app.MapPost("/sign-out", async (HttpContext http) =>
{
    var parameters = new Dictionary<string, string?>
    {
        ["id_token_hint"] = await http.GetTokenAsync("id_token"),
        ["client_id"] = clientId,
        ["post_logout_redirect_uri"] = $"{http.Request.Scheme}://{http.Request.Host}/",
    };
    await http.SignOutAsync();
    return Results.Redirect(QueryHelpers.AddQueryString($"{authority}/connect/endsession", parameters));
});

app.Run();

static string Encode(string? text) => WebUtility.HtmlEncode(text ?? "");
