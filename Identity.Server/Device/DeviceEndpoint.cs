using Identity.OpenId;
using Identity.OpenId.Device;
using Identity.OpenId.Errors;
using Identity.OpenId.Parameters;
using Identity.OpenId.Scopes;
using Identity.OpenId.Token;
using Identity.Server.Clients;
using Identity.Server.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Identity.Server.Device;

/// <summary>POST /connect/device, RFC 8628 §3.1.</summary>
internal static class DeviceEndpoint
{
    public static async Task<Results<ProtocolJson<DeviceResponse>, OAuthRefusal>> HandleAsync(HttpContext http, ClientAuthenticator authenticator, ScopeDirectory scopes, DeviceRequests requests, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(http);
        if (!(await http.Request.ReadParametersAsync(cancellationToken)).Succeeded(out var parameters, out var error)
            || !PresentedClient.Read(http.Request.Headers.Authorization, parameters).Succeeded(out var presented, out error)
            || !(await authenticator.AuthenticateAsync(presented, caller, Endpoints.DeviceAuthorization, cancellationToken)).Succeeded(out var client, out error))
        {
            return new OAuthRefusal(error);
        }

        if (!client.Metadata.MayUse(GrantTypes.DeviceCode))
        {
            return new OAuthRefusal(OAuthError.UnauthorizedClient("The client is not registered for the device grant."));
        }

        var reader = new ParameterReader(parameters);
        var scope = reader.Optional("scope", 2048);
        var resources = reader.Many("resource", 512, 8);
        if (reader.Error is { } mistake)
        {
            return new OAuthRefusal(mistake);
        }

        if (!ScopeSet.Parse(scope).Succeeded(out var asked, out error) || !ScopeRule.Grant(asked, client.Client.Scopes, ScopePolicy.User).Succeeded(out var granted, out error))
        {
            return new OAuthRefusal(error);
        }

        if (ResourceRule.Narrow(resources, null, scopes.Resources(granted)).Error is { } target)
        {
            return new OAuthRefusal(target);
        }

        var (deviceCode, userCode) = await requests.AddAsync(client.Client.ClientId, granted, resources, cancellationToken);
        var page = caller.Issuer + Endpoints.DevicePage;
        return new ProtocolJson<DeviceResponse>(
            new(deviceCode, UserCode.Show(userCode), page, $"{page}?user_code={UserCode.Show(userCode)}", (int)DeviceRequests.Lifetime.TotalSeconds, DeviceRequests.Interval),
            OpenIdJson.Default.DeviceResponse);
    }
}
