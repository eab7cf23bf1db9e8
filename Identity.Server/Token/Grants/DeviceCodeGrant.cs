using Identity.OpenId.Errors;
using Identity.OpenId.Scopes;
using Identity.OpenId.Token;
using Identity.Server.Clients;
using Identity.Server.Issuing;

namespace Identity.Server.Token.Grants;

/// <summary>A device that asks whether its person has agreed, RFC 8628 §3.4.</summary>
internal sealed class DeviceCodeGrant(DeviceCodes codes, ScopeDirectory directory) : IGrant
{
    public string GrantType => GrantTypes.DeviceCode;

    public ScopePolicy Scopes => ScopePolicy.Granted;

    public async Task<Result<Authorization>> AuthorizeAsync(GrantContext context, CancellationToken cancellationToken)
    {
        if (context.Request.DeviceCode is not { } code)
        {
            return OAuthError.InvalidRequest("device_code is missing.");
        }

        if (!(await codes.PollAsync(code, context.Client.Metadata, cancellationToken)).Succeeded(out var row, out var error))
        {
            return error;
        }

        _ = ScopeSet.Parse(row.Scope).Succeeded(out var scopes, out _);
        var granted = row.Resources.Length > 0 ? row.Resources.Split(' ') : null;
        if (!ResourceRule.Narrow(context.Request.Resources, granted, directory.Resources(scopes!)).Succeeded(out var resources, out error))
        {
            return error;
        }

        return new Authorization
        {
            Client = context.Client.Metadata,
            Account = row.Account,
            // What the client may no longer have is not given.
            Scopes = scopes!.Intersect(context.Client.Client.Scopes),
            AuthTime = row.AuthTime!.Value,
            AuthenticationMethods = row.Amr!.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            DeviceHash = row.DeviceHash,
            SessionId = row.Sid,
            GrantedResources = granted,
            Resources = resources.Names,
        };
    }
}
