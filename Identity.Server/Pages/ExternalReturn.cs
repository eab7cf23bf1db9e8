using System.Security.Claims;
using Identity.OpenId.Errors;
using Identity.Server.Accounts;
using Identity.Server.Accounts.SecondFactors;
using Identity.Server.External;
using Identity.Server.External.Qq;
using Identity.Server.External.Weixin;
using Identity.Server.Hosting;
using Identity.Server.Languages;
using Identity.Server.Sessions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.AspNetCore.WebUtilities;

namespace Identity.Server.Pages;

/// <summary>On the way to a provider and back: what the handlers' events do, so that whichever handler it is needs to know nothing of us.</summary>
internal static class ExternalReturn
{
    private const string Destination = "onward";
    private const string Query = "query";
    private const string Linking = "link";

    /// <summary>What has to come back with the browser.</summary>
    /// <param name="clock">When it begins.</param>
    /// <param name="onward">Where the person goes once signed in.</param>
    /// <param name="query">What the sign-in page is called with, if they come back to it.</param>
    /// <param name="linking">The subject of the account that is to be linked; null for a sign-in.</param>
    public static AuthenticationProperties Begin(TimeProvider clock, string? onward = null, string? query = null, string? linking = null) => new(new Dictionary<string, string?>(StringComparer.Ordinal)
    {
        [Destination] = onward,
        [Query] = query,
        [Linking] = linking,
    })
    {
        RedirectUri = "/",
        IssuedUtc = clock.GetUtcNow(),
    };

    /// <summary>303, because a form was sent; and QQ's page for small screens where it is one.</summary>
    public static Task Leave(RedirectContext<OAuthOptions> context)
    {
        var small = string.Equals(context.Scheme.Name, QQAuthenticationDefaults.AuthenticationScheme, StringComparison.Ordinal) && ExternalDoors.IsPhone(context.Request);
        return new SeeOther(small ? QueryHelpers.AddQueryString(context.RedirectUri, "display", "mobile") : context.RedirectUri).ExecuteAsync(context.HttpContext);
    }

    public static async Task ReceivedAsync(TicketReceivedContext context)
    {
        context.HandleResponse();
        var (http, properties) = (context.HttpContext, context.Properties!);
        var services = http.RequestServices;
        var app = services.GetRequiredService<ExternalDoors>().OfScheme(context.Scheme.Name)!.App;
        if (UserOf(context.Principal!, app) is not { } user)
        {
            await RefuseAsync(http, properties, ExternalRefusals.Unavailable);
            return;
        }

        var signIn = services.GetRequiredService<ExternalSignIn>();
        var sessions = services.GetRequiredService<BrowserSessions>();
        if (Item(properties, Linking) is { } subject)
        {
            // The person who asked may have gone in the meantime, and another come.
            if (await sessions.CurrentAsync(http, http.RequestAborted) is not { Account: { } account } || !string.Equals(account.Subject, subject, StringComparison.Ordinal))
            {
                await new PageRefusal(OAuthError.InvalidRequest("You were signed out in the meantime. Please sign in and begin again.")).ExecuteAsync(http);
                return;
            }

            if (!(await signIn.LinkAsync(user, account, http.RequestAborted)).Succeeded(out _, out var refusal))
            {
                await RefuseAsync(http, properties, refusal);
                return;
            }

            await services.GetRequiredService<Notices>().TellAsync(
                account, new Notice(Words.Key("A linked account was added"), Words.Key("{0} is now a way to sign in to your account."), string.Equals(app.Provider, ExternalApp.QQ, StringComparison.Ordinal) ? "QQ" : "WeChat"), Caller.Of(http), http.RequestAborted);
            await new SeeOther(LinkedModel.Address).ExecuteAsync(http);
            return;
        }

        if (!(await signIn.SignInAsync(user, Caller.Of(http), http.RequestAborted, asksSecondStep: true)).Succeeded(out var signedIn, out var refused))
        {
            await RefuseAsync(http, properties, refused);
            return;
        }

        if (signedIn.TwoFactorEnabled)
        {
            await services.GetRequiredService<SecondSteps>().BeginAsync(http, signedIn, [app.Provider], remember: false, http.RequestAborted);
            await new SeeOther(SecondStepModel.Address + Item(properties, Query)).ExecuteAsync(http);
            return;
        }

        await sessions.BeginAsync(http, signedIn, [app.Provider], remember: false, http.RequestAborted);
        await new SeeOther(Onward(properties)).ExecuteAsync(http);
    }

    public static async Task FailedAsync(RemoteFailureContext context)
    {
        context.HandleResponse();
        var http = context.HttpContext;
        // A handler that throws loses what it had read; the state is as good as before.
        if ((context.Properties ?? (context.Options as OAuthOptions)?.StateDataFormat.Unprotect(http.Request.Query["state"])) is not { } properties)
        {
            await new PageRefusal(OAuthError.InvalidRequest("This sign-in is over or belongs to another browser. Please go back to the application and begin again.")).ExecuteAsync(http);
            return;
        }

        // The callback came twice and the first has done its work: whoever is signed in goes on.
        if (Item(properties, Linking) is null)
        {
            var session = await http.RequestServices.GetRequiredService<BrowserSessions>().CurrentAsync(http, http.RequestAborted);
            if (session is not null && properties.IssuedUtc is { } begun && session.AuthTime >= begun)
            {
                await new SeeOther(Onward(properties)).ExecuteAsync(http);
                return;
            }
        }

        await RefuseAsync(http, properties, ExternalSignInException.RefusalOf(context.Failure));
    }

    public static Task DeniedAsync(AccessDeniedContext context)
    {
        context.HandleResponse();
        return RefuseAsync(context.HttpContext, context.Properties ?? new(), ExternalRefusals.ProofRefused);
    }

    // Back to the page that it began on, which has a sentence for it.
    private static Task RefuseAsync(HttpContext http, AuthenticationProperties properties, OAuthError refusal)
    {
        var page = Item(properties, Linking) is not null ? LinkedModel.Address : "/sign-in" + Item(properties, Query);
        return new SeeOther(QueryHelpers.AddQueryString(page, "problem", ExternalProblem.CodeOf(refusal))).ExecuteAsync(http);
    }

    // The properties come back sealed, so this is what our own page said.
    private static string Onward(AuthenticationProperties properties) => Item(properties, Destination) ?? "/";

    // Null comes back from the cookie as an empty text.
    private static string? Item(AuthenticationProperties properties, string name) => properties.Items.TryGetValue(name, out var value) && !string.IsNullOrEmpty(value) ? value : null;

    // By the claims that the packages have too.
    private static ExternalUser? UserOf(ClaimsPrincipal principal, ExternalApp app)
    {
        var (openId, unionId) = string.Equals(app.Provider, ExternalApp.QQ, StringComparison.Ordinal)
            ? (ClaimTypes.NameIdentifier, QQAuthenticationConstants.Claims.UnionId)
            : (WeixinAuthenticationConstants.Claims.OpenId, WeixinAuthenticationConstants.Claims.UnionId);
        return principal.FindFirstValue(openId) is { } person && ExternalUser.IsIdentifier(person)
            ? new ExternalUser(app, person, principal.FindFirstValue(unionId) is { } union && ExternalUser.IsIdentifier(union) ? union : null)
            {
                NicknameAsync = _ => Task.FromResult(principal.FindFirstValue(ClaimTypes.Name)),
            }
            : null;
    }
}
