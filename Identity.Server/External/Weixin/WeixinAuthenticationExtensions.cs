using Microsoft.AspNetCore.Authentication;

namespace Identity.Server.External.Weixin;

/// <summary>The package's four ways to add it.</summary>
internal static class WeixinAuthenticationExtensions
{
    public static AuthenticationBuilder AddWeixin(this AuthenticationBuilder builder) => builder.AddWeixin(_ => { });

    public static AuthenticationBuilder AddWeixin(this AuthenticationBuilder builder, Action<WeixinAuthenticationOptions> configuration) =>
        builder.AddWeixin(WeixinAuthenticationDefaults.AuthenticationScheme, configuration);

    public static AuthenticationBuilder AddWeixin(this AuthenticationBuilder builder, string scheme, Action<WeixinAuthenticationOptions> configuration) =>
        builder.AddWeixin(scheme, WeixinAuthenticationDefaults.DisplayName, configuration);

    public static AuthenticationBuilder AddWeixin(this AuthenticationBuilder builder, string scheme, string? caption, Action<WeixinAuthenticationOptions> configuration) =>
        builder.AddOAuth<WeixinAuthenticationOptions, WeixinAuthenticationHandler>(scheme, caption ?? WeixinAuthenticationDefaults.DisplayName, configuration);
}
