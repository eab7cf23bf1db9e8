using Identity.Compat;
using Identity.Compat.LegacyTokens;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

// Where AddAuthentication is, so that it is found without a further using.
namespace Microsoft.Extensions.DependencyInjection;

public static class LegacyTokenExtensions
{
    /// <summary>Accepts the access tokens of one old API, carried and refused as that API documents it. The scheme has the API's name.</summary>
    /// <param name="builder">What AddAuthentication gave.</param>
    /// <param name="api"><c>cloudmind</c>, <c>nlecloud</c> or <c>rageframe</c>.</param>
    /// <param name="configure">At least <see cref="LegacyTokenOptions.Authority"/>.</param>
    public static AuthenticationBuilder AddCloudMindLegacyToken(this AuthenticationBuilder builder, string api, Action<LegacyTokenOptions> configure)
    {
        var known = LegacyApi.Of(api);
        builder.AddScheme<LegacyTokenOptions, LegacyTokenHandler>(api, options =>
        {
            options.Api = known;
            configure(options);
        });
        // After the framework's own, which brings the clock.
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<LegacyTokenOptions>, Setup>());
        return builder;
    }

    /// <summary>One way to the server for all requests of a scheme.</summary>
    private sealed class Setup : IPostConfigureOptions<LegacyTokenOptions>
    {
        public void PostConfigure(string? name, LegacyTokenOptions options)
        {
            options.Backchannel = new HttpClient(options.BackchannelHandler ?? new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
            {
                Timeout = TimeSpan.FromSeconds(10),
                MaxResponseContentBufferSize = 1024 * 1024,
            };
            var metadata = options.MetadataAddress ?? $"{options.Authority}/.well-known/openid-configuration";
            // The library would refuse loopback too.
            var requireHttps = options.RequireHttps && !(Uri.TryCreate(metadata, UriKind.Absolute, out var address) && address.IsLoopback);
            options.Keys = new AuthorityKeys(options.Authority, metadata, options.Backchannel, requireHttps, options.TimeProvider ?? TimeProvider.System);
        }
    }
}
