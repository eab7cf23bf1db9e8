using System.Text.Json;
using System.Text.Json.Nodes;
using Identity.OpenId.Errors;
using Identity.Server.Accounts;

namespace Identity.Server.External.Weixin;

/// <summary>The calls to WeChat, for the token endpoint and for the browser alike.</summary>
internal static class WeixinProtocol
{
    private const string Token = "WeChat access_token";
    private const string Profile = "WeChat userinfo";
    private const string Session = "WeChat jscode2session";
    private const string AppToken = "WeChat stable_token";
    private const string Phone = "WeChat getuserphonenumber";

    /// <summary>A code of a website, mobile app or official account for an access token and the person's openid.</summary>
    public static async Task<Result<JsonElement>> ExchangeAsync(ProviderCalls calls, string endpoint, string appId, string secret, string code, CancellationToken cancellationToken)
    {
        var asked = await calls.GetAsync(Token, endpoint, [new("appid", appId), new("secret", secret), new("code", code), new("grant_type", "authorization_code")], cancellationToken);
        if (!asked.Succeeded(out var answer, out var error))
        {
            return error;
        }

        if (Judge(answer, Token, calls) is { } refused)
        {
            return refused;
        }

        // The openid, nickname and unionid of a snapshot page are of a virtual account.
        return answer.Text("is_snapshotuser") is "1" ? ExternalRefusals.Snapshot
            : answer.Text("access_token") is null || !ExternalUser.IsIdentifier(answer.Text("openid")) ? calls.Unreadable(Token)
            : answer;
    }

    /// <summary>Nickname, picture and unionid. Null when the code was for the openid alone (snsapi_base).</summary>
    public static async Task<Result<WeixinProfile>> ProfileAsync(ProviderCalls calls, string endpoint, string accessToken, string openId, CancellationToken cancellationToken)
    {
        var asked = await calls.GetAsync(Profile, endpoint, [new("access_token", accessToken), new("openid", openId), new("lang", "zh_CN")], cancellationToken);
        return !asked.Succeeded(out var answer, out var error) ? error
            : answer.Number("errcode") is 48001 ? new WeixinProfile(null)
            : Judge(answer, Profile, calls) is { } refused ? refused
            : answer.Text("openid") is null ? calls.Unreadable(Profile)
            : new WeixinProfile(answer);
    }

    /// <summary>A mini program's code for openid and unionid. The session_key that comes along is dropped here: it must not leave the server, and nothing needs it.</summary>
    public static async Task<Result<WeixinSession>> SessionAsync(ProviderCalls calls, string endpoint, string appId, string secret, string code, CancellationToken cancellationToken)
    {
        var asked = await calls.GetAsync(Session, endpoint, [new("appid", appId), new("secret", secret), new("js_code", code), new("grant_type", "authorization_code")], cancellationToken);
        return !asked.Succeeded(out var answer, out var error) ? error
            : Judge(answer, Session, calls) is { } refused ? refused
            : answer.Text("openid") is { } openId && ExternalUser.IsIdentifier(openId) ? new WeixinSession(openId, UnionId(answer))
            : calls.Unreadable(Session);
    }

    /// <summary>The app's own token. This call, unlike its elder, does not void the token that another node holds.</summary>
    public static async Task<Result<WeixinAppToken>> AppTokenAsync(ProviderCalls calls, string endpoint, string appId, string secret, CancellationToken cancellationToken)
    {
        var asked = await calls.PostAsync(AppToken, endpoint, [], new JsonObject { ["grant_type"] = "client_credential", ["appid"] = appId, ["secret"] = secret }, cancellationToken);
        return !asked.Succeeded(out var answer, out var error) ? error
            : Judge(answer, AppToken, calls) is { } refused ? refused
            : answer.Text("access_token") is { } token && answer.Number("expires_in") is > 0 and <= 86_400 and var seconds ? new WeixinAppToken(token, TimeSpan.FromSeconds(seconds))
            : calls.Unreadable(AppToken);
    }

    /// <summary>A phone code for a number. Believed only if it is of this very app: the watermark says whose it is.</summary>
    /// <returns>E.164, and whether it was the app's token that was refused.</returns>
    public static async Task<(Result<string> Number, bool TokenDead)> PhoneNumberAsync(ProviderCalls calls, string endpoint, string appToken, string appId, string openId, string code, CancellationToken cancellationToken)
    {
        var asked = await calls.PostAsync(Phone, endpoint, [new("access_token", appToken)], new JsonObject { ["code"] = code, ["openid"] = openId }, cancellationToken);
        if (!asked.Succeeded(out var answer, out var error))
        {
            return (error, false);
        }

        if (answer.Number("errcode") is 40001 or 40014 or 42001)
        {
            return (ExternalRefusals.Unavailable, true);
        }

        if (Judge(answer, Phone, calls) is { } refused)
        {
            return (refused, false);
        }

        if (!answer.TryGetProperty("phone_info", out var phone) || phone.ValueKind != JsonValueKind.Object || !phone.TryGetProperty("watermark", out var watermark) || watermark.ValueKind != JsonValueKind.Object
            || SignInName.OfPhoneNumber($"+{phone.Text("countryCode")}{phone.Text("purePhoneNumber")}") is not { Normal: var number })
        {
            return (calls.Unreadable(Phone), false);
        }

        return (string.Equals(watermark.Text("appid"), appId, StringComparison.Ordinal) ? number : ExternalRefusals.Foreign, false);
    }

    public static string? UnionId(JsonElement answer) => answer.Text("unionid") is { } text && ExternalUser.IsIdentifier(text) ? text : null;

    // By number alone: errmsg carries request ids. 0 is success where it is written at all; HTTP says 200 to everything.
    private static OAuthError? Judge(JsonElement answer, string step, ProviderCalls calls)
    {
        if (answer.Number("errcode") is not { } number)
        {
            return null;
        }

        calls.Refused(step, number, ours: number is 40001 or 40013 or 40125 or 40164 or 40243 or 41002 or 41004);
        return number is 40003 or 40029 or 40163 or 40226 or 41008 or 42003 or 42007 or 50002 ? ExternalRefusals.ProofRefused : ExternalRefusals.Unavailable;
    }
}

/// <param name="Answer">Null when there is none to be had.</param>
internal sealed record WeixinProfile(JsonElement? Answer);

internal sealed record WeixinSession(string OpenId, string? UnionId);

/// <param name="Value">Secret.</param>
/// <param name="Lifetime">From now.</param>
internal sealed record WeixinAppToken(string Value, TimeSpan Lifetime)
{
    public override string ToString() => nameof(WeixinAppToken);
}
