using Identity.OpenId.Errors;

namespace Identity.Compat.RageFrame;

/// <summary>RageFrame's failures, in the sentences of the original, which answered a wrong method as an unknown path.</summary>
internal sealed class Errors : LegacyErrors
{
    private static readonly LegacyAnswer Locked = Envelope.Failure(429, "Too Many Requests", "帐号已被锁定，请稍后再试");
    private static readonly LegacyAnswer Throttled = Envelope.Failure(429, "Too Many Requests", "请求过于频繁，请稍后再试");
    private static readonly LegacyAnswer Expired = Envelope.Failure(401, "Unauthorized", "您的重置令牌已经过期，请重新登录");
    private static readonly LegacyAnswer BadCredentials = Envelope.Failure(401, "Unauthorized", "Your request was made with invalid credentials.");
    private static readonly LegacyAnswer LoginExpired = Envelope.Failure(401, "Unauthorized", "您的登录验证已经过期，请重新登录");
    private static readonly LegacyAnswer UnknownGroup = Envelope.Invalid("组别是无效的。");

    private Errors()
    {
    }

    public static Errors Table { get; } = new();

    public static LegacyAnswer NoUsername { get; } = Envelope.Invalid("登录帐号不能为空。");

    public static LegacyAnswer NoPassword { get; } = Envelope.Invalid("登录密码不能为空。");

    public static LegacyAnswer NoGroup { get; } = Envelope.Invalid("组别不能为空。");

    public static LegacyAnswer WrongPassword { get; } = Envelope.Invalid("账号或者密码错误");

    public static LegacyAnswer NoRefreshToken { get; } = Envelope.Invalid("重置令牌不能为空。");

    /// <summary>A refresh token that is dead, foreign or forged. Clients go to the login on 401 and are stuck on anything else.</summary>
    public static LegacyAnswer DeadToken { get; } = Envelope.Failure(401, "Unauthorized", "找不到用户");

    public override LegacyAnswer Gone { get; } = Envelope.Failure(410, "Gone", "该接口已停用");

    public override LegacyAnswer NotFound { get; } = Envelope.Failure(404, "Not Found", "页面未找到。");

    public override LegacyAnswer WrongMethod => NotFound;

    public override LegacyAnswer Fault { get; } = Envelope.Fault("Internal Server Error", "内部服务器错误,请联系管理员");

    public override LegacyAnswer Busy { get; } = Envelope.Failure(503, "Service Unavailable", "服务器繁忙，请稍后再试");

    public override LegacyAnswer NotAllowed { get; } = Envelope.Failure(403, "Forbidden", "您没有执行此操作的权限。");

    public override LegacyAnswer NotSignedIn(bool expired) => expired ? LoginExpired : BadCredentials;

    public override LegacyAnswer Of(BodyMistake mistake) => mistake switch
    {
        BodyMistake.TooLarge => Envelope.Failure(413, "Request Entity Too Large", "请求内容过大。"),
        BodyMistake.UnknownType => Envelope.Failure(415, "Unsupported Media Type", "请求内容的类型不支持。"),
        BodyMistake.BadJson => Envelope.Failure(400, "Bad Request", "Invalid JSON data in request body: Syntax error."),
        _ => Envelope.Failure(400, "Bad Request", "请求内容格式错误。"),
    };

    protected override LegacyAnswer OfRefusal(OAuthError refusal) => refusal switch
    {
        { Reason: RefusalReason.Locked } => Locked,
        { Reason: RefusalReason.Throttled } => Throttled,
        { Reason: RefusalReason.UnknownGroup } => UnknownGroup,
        { Reason: RefusalReason.Expired } => Expired,
        { Reason: RefusalReason.UnknownToken or RefusalReason.ForeignToken or RefusalReason.Revoked or RefusalReason.Reused } => DeadToken,
        { Reason: RefusalReason.UnknownAccount or RefusalReason.WrongPassword or RefusalReason.Disabled } => WrongPassword,
        { Error: "invalid_grant" } => WrongPassword,
        _ => Fault,
    };

    /// <summary>A refresh proves no password: whatever is wrong with the account behind a token, the token is dead.</summary>
    public static LegacyAnswer OfRefresh(OAuthError refusal) => refusal switch
    {
        { Reason: RefusalReason.Locked or RefusalReason.Throttled or RefusalReason.Expired } => Table.Of(refusal),
        { Error: "invalid_grant" } => DeadToken,
        _ => Table.Of(refusal),
    };
}
