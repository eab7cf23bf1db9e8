using Identity.Server.Compat;
using Identity.Server.External;
using Identity.Server.Languages;

namespace Identity.Server.Pages;

/// <summary>The account pages, in their order: one table for the overview and for the way from each to the others.</summary>
internal static class AccountPlaces
{
    private static readonly (string Address, string Name, string About)[] Table =
    [
        ("/account/profile", Words.Key("Profile"), Words.Key("Your name, your picture, your language")),
        ("/account/email", Words.Key("E-mail and phone"), Words.Key("What you sign in with and where we write to")),
        ("/account/password", Words.Key("Password"), Words.Key("Set a new one; everything else that is signed in ends")),
        (Security, Words.Key("Two-step verification"), Words.Key("Codes, passkeys, app passwords")),
        (LinkedModel.Address, Words.Key("Linked accounts"), Words.Key("Sign in with QQ or WeChat")),
        ("/account/sessions", Words.Key("Devices"), Words.Key("Where you are signed in")),
        ("/account/applications", Words.Key("Connected applications"), Words.Key("What may use your account")),
        (ApiKey, Words.Key("API key"), Words.Key("For programs that speak NLECloud's API")),
        ("/account/data", Words.Key("Your data"), Words.Key("Everything that is stored about you, as a file")),
        ("/account/delete", Words.Key("Delete the account"), Words.Key("For ever, with everything in it")),
    ];

    private const string ApiKey = "/account/api-key";
    private const string Security = "/account/security";

    /// <summary>Those that are of use on this server.</summary>
    public static IEnumerable<(string Address, string Name, string About)> Of(HttpContext http)
    {
        var services = http.RequestServices;
        return Table.Where(place => place.Address switch
        {
            ApiKey => services.GetRequiredService<OwnApiKey>().Serves,
            LinkedModel.Address => services.GetRequiredService<ExternalDoors>().For(http.Request).Any(),
            Security => services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Any(route => string.Equals(route.RoutePattern.RawText?.TrimStart('/'), Security[1..], StringComparison.Ordinal)),
            _ => true,
        });
    }
}
