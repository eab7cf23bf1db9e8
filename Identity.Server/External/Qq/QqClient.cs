using Identity.OpenId.Errors;

namespace Identity.Server.External.Qq;

/// <summary>Who somebody is at QQ, by a code of a website or mobile app, or by a mobile app's access token.</summary>
internal sealed class QqClient(IHttpClientFactory http, ExternalOptions options, ILogger<QqClient> logger) : IProviderClient
{
    public async Task<Result<ExternalUser>> IdentifyAsync(ExternalApp app, ExternalProof proof, CancellationToken cancellationToken)
    {
        var calls = new ProviderCalls(http.CreateClient(ProviderCalls.HttpName), options.Timeout, logger);
        var graph = options.QQ.GraphUrl;
        var token = proof.AccessToken;
        if (token is null)
        {
            var exchanged = await QqProtocol.ExchangeAsync(calls, $"{graph}{QQAuthenticationDefaults.TokenPath}", app.AppId, app.Secret, proof.Code!, proof.RedirectUri!, verifier: null, cancellationToken);
            if (!exchanged.Succeeded(out var tokens, out var refused))
            {
                return refused;
            }

            token = tokens.Text("access_token")!;
        }

        if (!(await QqProtocol.IdentifyAsync(calls, $"{graph}{QQAuthenticationDefaults.UserIdentificationPath}", token, app.ApplyForUnionId, cancellationToken)).Succeeded(out var identity, out var error))
        {
            return error;
        }

        // A token that some other app was given proves nothing here; of a sibling app it would carry the person's real unionid.
        if (!string.Equals(identity.AppId, app.AppId, StringComparison.Ordinal))
        {
            return ExternalRefusals.Foreign;
        }

        return new ExternalUser(app, identity.OpenId, identity.UnionId)
        {
            NicknameAsync = async cancellation =>
                (await QqProtocol.ProfileAsync(calls, $"{graph}{QQAuthenticationDefaults.UserInformationPath}", token, app.AppId, identity.OpenId, cancellation)).Succeeded(out var profile, out _) ? profile.Text("nickname") : null,
        };
    }
}
