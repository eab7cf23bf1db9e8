// An API that takes the server's access tokens: new clients' by JwtBearer and a scope, old clients' by the handler of their API.
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Tokens;

var builder = WebApplication.CreateBuilder(args);
if (builder.Configuration["urls"] is null)
{
    builder.WebHost.UseUrls("http://localhost:5003");
}

var authority = builder.Configuration["Authority"] ?? "http://localhost:5000";
string[] old = ["cloudmind", "nlecloud", "rageframe"];

var authentication = builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(options =>
{
    options.Authority = authority;
    options.RequireHttpsMetadata = !new Uri(authority).IsLoopback;
    // The claims as the token has them, under their own names.
    options.MapInboundClaims = false;
    options.TokenValidationParameters = new TokenValidationParameters
    {
        // Tokens for somebody else, and id_tokens, are no access tokens for us (RFC 9068 §4).
        ValidAudience = "urn:sample:notes",
        ValidTypes = ["at+jwt"],
        ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
        NameClaimType = "sub",
    };
});
foreach (var api in old)
{
    authentication.AddCloudMindLegacyToken(api, options => options.Authority = authority);
}

builder.Services.AddAuthorizationBuilder()
    .AddPolicy("notes", policy => policy.RequireAuthenticatedUser().RequireAssertion(context => context.User.FindFirstValue("scope")?.Split(' ').Contains("notes", StringComparer.Ordinal) == true))
    .AddPolicy("old", policy => policy.AddAuthenticationSchemes(old).RequireAuthenticatedUser());

var app = builder.Build();
app.UseAuthentication();
app.UseAuthorization();

app.MapGet("/notes", (ClaimsPrincipal who) => new { sub = who.FindFirstValue("sub"), client = who.FindFirstValue("client_id"), notes = new[] { "Buy milk." } })
    .RequireAuthorization("notes");

// What is left of an old API, beside its login, which the server answers. sub is the same person as above; number is the old one.
app.MapGet("/old/notes", (ClaimsPrincipal who) => new { sub = who.FindFirstValue("sub"), number = who.FindFirstValue("number"), api = who.Identity!.AuthenticationType })
    .RequireAuthorization("old");

app.Run();
