using System.Text.Json;
using Identity.OpenId.Errors;

namespace Identity.Server.External.Qq;

/// <summary>The three calls of QQ 互联, for the token endpoint and for the browser alike.</summary>
internal static class QqProtocol
{
    /// <summary>What the mobile SDK's server-side mode has in place of a redirect URI.</summary>
    public const string MobileRedirectUri = "auth://www.qq.com";

    private const string Token = "QQ token";
    private const string Me = "QQ me";
    private const string Profile = "QQ get_user_info";

    /// <summary>A code for an access token. redirect_uri must be the one of the authorization request.</summary>
    public static async Task<Result<JsonElement>> ExchangeAsync(ProviderCalls calls, string endpoint, string appId, string appKey, string code, string redirectUri, string? verifier, CancellationToken cancellationToken)
    {
        var asked = await calls.GetAsync(
            Token,
            endpoint,
            [
                new("grant_type", "authorization_code"), new("client_id", appId), new("client_secret", appKey), new("code", code), new("redirect_uri", redirectUri), new("fmt", "json"),
                new("code_verifier", verifier),
            ],
            cancellationToken);
        return !asked.Succeeded(out var answer, out var error) ? error
            : Judge(answer, Token, calls) is { } refused ? refused
            : answer.Text("access_token") is null ? calls.Unreadable(Token)
            : answer;
    }

    /// <summary>Whose token it is, and which app's. The only answer that openids may be taken from.</summary>
    public static async Task<Result<QqIdentity>> IdentifyAsync(ProviderCalls calls, string endpoint, string accessToken, bool unionId, CancellationToken cancellationToken)
    {
        var asked = await calls.GetAsync(Me, endpoint, [new("access_token", accessToken), new("fmt", "json"), new("unionid", unionId ? "1" : null)], cancellationToken);
        if (!asked.Succeeded(out var answer, out var error))
        {
            return error;
        }

        if (Judge(answer, Me, calls) is { } refused)
        {
            return refused;
        }

        return answer.Text("client_id") is { } appId && answer.Text("openid") is { } openId && ExternalUser.IsIdentifier(openId)
            ? new QqIdentity(appId, openId, ExternalUser.IsIdentifier(answer.Text("unionid")) ? answer.Text("unionid") : null)
            : calls.Unreadable(Me);
    }

    /// <summary>Nickname and pictures. <c>gender</c> there says 男 of whoever told nothing, so it is believed of nobody.</summary>
    public static async Task<Result<JsonElement>> ProfileAsync(ProviderCalls calls, string endpoint, string accessToken, string appId, string openId, CancellationToken cancellationToken)
    {
        var asked = await calls.GetAsync(Profile, endpoint, [new("access_token", accessToken), new("oauth_consumer_key", appId), new("openid", openId), new("fmt", "json")], cancellationToken);
        return !asked.Succeeded(out var answer, out var error) ? error
            : Judge(answer, Profile, calls) is { } refused ? refused
            : answer.Text("ret") is null ? calls.Unreadable(Profile)
            : answer;
    }

    // By number alone: the texts change, and some carry what was sent. HTTP says 200 to all of it.
    private static OAuthError? Judge(JsonElement answer, string step, ProviderCalls calls)
    {
        if ((answer.Number("error") ?? answer.Number("ret") ?? answer.Number("code")) is not { } number)
        {
            return null;
        }

        var ours = number is 100000 or 100001 or 100002 or 100004 or (>= 100008 and <= 100011) or 100031 or 100048;
        calls.Refused(step, number, ours);
        return number is (>= 100005 and <= 100007) or (>= 100013 and <= 100016) or (>= 100019 and <= 100021) or 100030 ? ExternalRefusals.ProofRefused : ExternalRefusals.Unavailable;
    }
}

/// <param name="AppId">The app that the token was issued to.</param>
/// <param name="OpenId">The person in that app.</param>
/// <param name="UnionId">The person at the developer account; only when asked for and allowed.</param>
internal sealed record QqIdentity(string AppId, string OpenId, string? UnionId);
