using Identity.OpenId.Errors;

namespace Identity.Server.External.Weixin;

/// <summary>Who somebody is at WeChat, by a code of any of its kinds of app. An access token from a client is never taken: none of WeChat's answers says whose app it was issued to.</summary>
internal sealed class WeixinClient(IHttpClientFactory http, ExternalOptions options, WeixinAppTokens appTokens, ILogger<WeixinClient> logger) : IProviderClient
{
    public Task<Result<ExternalUser>> IdentifyAsync(ExternalApp app, ExternalProof proof, CancellationToken cancellationToken)
    {
        var calls = new ProviderCalls(http.CreateClient(ProviderCalls.HttpName), options.Timeout, logger);
        return app.Kind == ExternalAppKind.MiniProgram ? MiniProgramAsync(calls, app, proof, cancellationToken) : OAuthAsync(calls, app, proof.Code!, cancellationToken);
    }

    private async Task<Result<ExternalUser>> OAuthAsync(ProviderCalls calls, ExternalApp app, string code, CancellationToken cancellationToken)
    {
        var api = options.WeChat.ApiUrl;
        if (!(await WeixinProtocol.ExchangeAsync(calls, $"{api}{WeixinAuthenticationDefaults.TokenPath}", app.AppId, app.Secret, code, cancellationToken)).Succeeded(out var tokens, out var error))
        {
            return error;
        }

        var (token, openId, unionId) = (tokens.Text("access_token")!, tokens.Text("openid")!, WeixinProtocol.UnionId(tokens));
        if (unionId is not null)
        {
            return new ExternalUser(app, openId, unionId) { NicknameAsync = async cancellation => (await ProfileAsync(cancellation)).Succeeded(out var later, out _) ? Nickname(later) : null };
        }

        // Only the profile has it. Going on without would make an account that the unionid could not be joined to later.
        return (await ProfileAsync(cancellationToken)).Succeeded(out var profile, out error)
            ? new ExternalUser(app, openId, profile.Answer is { } answer ? WeixinProtocol.UnionId(answer) : null) { NicknameAsync = _ => Task.FromResult(Nickname(profile)) }
            : error;

        Task<Result<WeixinProfile>> ProfileAsync(CancellationToken cancellation) =>
            WeixinProtocol.ProfileAsync(calls, $"{api}{WeixinAuthenticationDefaults.UserInformationPath}", token, openId, cancellation);
    }

    private async Task<Result<ExternalUser>> MiniProgramAsync(ProviderCalls calls, ExternalApp app, ExternalProof proof, CancellationToken cancellationToken)
    {
        var api = options.WeChat.ApiUrl;
        if (!(await WeixinProtocol.SessionAsync(calls, $"{api}/sns/jscode2session", app.AppId, app.Secret, proof.Code!, cancellationToken)).Succeeded(out var session, out var error))
        {
            return error;
        }

        var user = new ExternalUser(app, session.OpenId, session.UnionId);
        if (proof.PhoneCode is not { } phoneCode)
        {
            return user;
        }

        if (!(await appTokens.GetAsync(calls, app, cancellationToken)).Succeeded(out var appToken, out error))
        {
            return error;
        }

        var (result, tokenDead) = await WeixinProtocol.PhoneNumberAsync(calls, $"{api}/wxa/business/getuserphonenumber", appToken, app.AppId, session.OpenId, phoneCode, cancellationToken);
        if (tokenDead)
        {
            await appTokens.ForgetAsync(app, appToken, cancellationToken);
        }

        return result.Succeeded(out var number, out error) ? user with { PhoneNumber = number } : error;
    }

    private static string? Nickname(WeixinProfile profile) => profile.Answer?.Text("nickname");
}
