using Microsoft.AspNetCore.Authentication;

namespace Identity.Server.External.Qq;

/// <summary>The package's four ways to add it.</summary>
internal static class QQAuthenticationExtensions
{
    public static AuthenticationBuilder AddQQ(this AuthenticationBuilder builder) => builder.AddQQ(_ => { });

    public static AuthenticationBuilder AddQQ(this AuthenticationBuilder builder, Action<QQAuthenticationOptions> configuration) =>
        builder.AddQQ(QQAuthenticationDefaults.AuthenticationScheme, configuration);

    public static AuthenticationBuilder AddQQ(this AuthenticationBuilder builder, string scheme, Action<QQAuthenticationOptions> configuration) =>
        builder.AddQQ(scheme, QQAuthenticationDefaults.DisplayName, configuration);

    public static AuthenticationBuilder AddQQ(this AuthenticationBuilder builder, string scheme, string? caption, Action<QQAuthenticationOptions> configuration) =>
        builder.AddOAuth<QQAuthenticationOptions, QQAuthenticationHandler>(scheme, caption ?? QQAuthenticationDefaults.DisplayName, configuration);
}
