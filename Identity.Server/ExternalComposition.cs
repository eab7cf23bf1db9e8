using Identity.OpenId.Token;
using Identity.Server.Accounts;
using Identity.Server.External;
using Identity.Server.External.Qq;
using Identity.Server.External.Weixin;
using Identity.Server.Pages;
using Identity.Server.Token;
using Identity.Server.Token.Grants;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.AspNetCore.DataProtection;

namespace Identity.Server;

/// <summary>QQ and WeChat, for the token endpoint and for browsers. A provider without apps has neither grant nor scheme.</summary>
internal static class ExternalComposition
{
    public static void AddExternal(this IServiceCollection services, ExternalOptions options, ExternalApps apps)
    {
        services.AddSingleton(options);
        services.AddSingleton(apps);
        services.AddSingleton<ExternalDoors>();
        services.AddSingleton<ExternalSignIn>();
        services.AddSingleton<ExternalLinks>();
        services.AddSingleton<WeixinAppTokens>();
        services.AddSingleton<QqClient>();
        services.AddSingleton<WeixinClient>();
        // Its own loggers would write addresses, and secrets travel in their queries.
        services.AddHttpClient(ProviderCalls.HttpName).ConfigurePrimaryHttpMessageHandler(ProviderCalls.Connection).RemoveAllLoggers();
        AddGrant<QqClient>(services, apps, GrantTypes.QQ, ExternalApp.QQ);
        AddGrant<WeixinClient>(services, apps, GrantTypes.WeChat, ExternalApp.WeChat);

        var doors = new ExternalDoors(apps, options);
        if (doors.IsEmpty)
        {
            return;
        }

        services.AddHttpContextAccessor();
        // What their base class logs of a failure is what the browser brought, word for word.
        services.AddLogging(logging => logging.AddFilter(typeof(QQAuthenticationHandler).FullName, LogLevel.Warning).AddFilter(typeof(WeixinAuthenticationHandler).FullName, LogLevel.Warning));
        var builder = services.AddAuthentication();
        foreach (var door in doors.All)
        {
            switch (door.Scheme)
            {
                case QQAuthenticationDefaults.AuthenticationScheme:
                    builder.AddQQ(qq =>
                    {
                        qq.AuthorizationEndpoint = options.QQ.GraphUrl + QQAuthenticationDefaults.AuthorizationPath;
                        qq.TokenEndpoint = options.QQ.GraphUrl + QQAuthenticationDefaults.TokenPath;
                        qq.UserIdentificationEndpoint = options.QQ.GraphUrl + QQAuthenticationDefaults.UserIdentificationPath;
                        qq.UserInformationEndpoint = options.QQ.GraphUrl + QQAuthenticationDefaults.UserInformationPath;
                        qq.ApplyForUnionId = door.App.ApplyForUnionId;
                        Common(qq, door, options);
                    });
                    Late<QQAuthenticationOptions>(services, door.Scheme);
                    break;
                case WeixinAuthenticationDefaults.AuthenticationScheme:
                    builder.AddWeixin(weixin => Weixin(weixin, door, options, WeixinAuthenticationDefaults.AuthorizationPath, "snsapi_login"));
                    Late<WeixinAuthenticationOptions>(services, door.Scheme);
                    break;
                default:
                    builder.AddWeixin(door.Scheme, weixin =>
                    {
                        weixin.CallbackPath = WeixinAuthenticationDefaults.OfficialAccountCallbackPath;
                        Weixin(weixin, door, options, WeixinAuthenticationDefaults.OfficialAccountAuthorizationPath, "snsapi_userinfo");
                    });
                    Late<WeixinAuthenticationOptions>(services, door.Scheme);
                    break;
            }
        }
    }

    /// <summary>The callbacks are answered by the handlers, which stand in front of the routes; a provider that is not configured has none, and its route says so.</summary>
    public static void UseExternal(this WebApplication app)
    {
        if (!app.Services.GetRequiredService<ExternalDoors>().IsEmpty)
        {
            app.UseAuthentication();
        }
    }

    private static void AddGrant<TClient>(IServiceCollection services, ExternalApps apps, string grantType, string provider)
        where TClient : IProviderClient
    {
        if (apps.Of(provider).Any())
        {
            services.AddSingleton<IGrant>(provided => new ExternalGrant(
                grantType,
                provider,
                provided.GetRequiredService<TClient>(),
                apps,
                provided.GetRequiredService<ExternalSignIn>(),
                provided.GetRequiredService<Throttle>(),
                provided.GetRequiredService<AccountsOptions>(),
                provided.GetRequiredService<TimeProvider>()));
        }
    }

    private static void Weixin(WeixinAuthenticationOptions weixin, ExternalDoor door, ExternalOptions options, string authorizationPath, string scope)
    {
        weixin.AuthorizationEndpoint = options.WeChat.OpenUrl + authorizationPath;
        weixin.TokenEndpoint = options.WeChat.ApiUrl + WeixinAuthenticationDefaults.TokenPath;
        weixin.UserInformationEndpoint = options.WeChat.ApiUrl + WeixinAuthenticationDefaults.UserInformationPath;
        // The package's default has both; WeChat documents one for each kind of app, and refuses the other in its own browser.
        weixin.Scope.Clear();
        weixin.Scope.Add(scope);
        Common(weixin, door, options);
    }

    private static void Common(OAuthOptions handler, ExternalDoor door, ExternalOptions options)
    {
        (handler.ClientId, handler.ClientSecret) = (door.App.AppId, door.App.Secret);
        // Never used: the return is answered by our own session, in the ticket's event.
        handler.SignInScheme = "none";
        handler.BackchannelTimeout = options.Timeout;
        handler.CorrelationCookie.SameSite = SameSiteMode.Lax;
        handler.CorrelationCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        handler.Events.OnRedirectToAuthorizationEndpoint = ExternalReturn.Leave;
        handler.Events.OnTicketReceived = ExternalReturn.ReceivedAsync;
        handler.Events.OnRemoteFailure = ExternalReturn.FailedAsync;
        handler.Events.OnAccessDenied = ExternalReturn.DeniedAsync;
    }

    private static void Late<TOptions>(IServiceCollection services, string scheme)
        where TOptions : OAuthOptions => services.AddOptions<TOptions>(scheme).Configure<IHttpClientFactory, IHttpContextAccessor, IDataProtectionProvider>((handler, http, accessor, protection) =>
        {
            handler.Backchannel = http.CreateClient(ProviderCalls.HttpName);
            handler.StateDataFormat = new ShortState(accessor, protection.CreateProtector("external sign-in", scheme));
        });
}
