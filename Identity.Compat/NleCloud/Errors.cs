using Identity.OpenId.Errors;

namespace Identity.Compat.NleCloud;

/// <summary>NLECloud's failures. Clients show <c>Msg</c> and decide by <c>Status</c>.</summary>
internal sealed class Errors : LegacyErrors
{
    private static readonly LegacyAnswer WrongPassword = Envelope.Failure(401, "用户名或密码错误");
    private static readonly LegacyAnswer Locked = Envelope.Failure(423, "帐号已被锁定，请稍后再试");
    private static readonly LegacyAnswer Throttled = Envelope.Failure(429, "请求过于频繁，请稍后再试");

    private static readonly LegacyAnswer Unauthenticated = Envelope.Failure(401, "AccessToken无效或已过期，请重新登录");
    private static readonly LegacyAnswer UnknownUser = Envelope.Failure(404, "用户不存在");

    private Errors()
    {
    }

    public static Errors Table { get; } = new();

    public override LegacyAnswer Gone { get; } = Envelope.Failure(410, "该接口已停用");

    public override LegacyAnswer NotFound { get; } = Envelope.Failure(404, "接口不存在");

    public override LegacyAnswer WrongMethod { get; } = Envelope.Failure(405, "请求方法不支持");

    public override LegacyAnswer Fault { get; } = Envelope.Fault(500, "服务器繁忙，请稍后再试");

    public override LegacyAnswer Busy { get; } = Envelope.Fault(503, "服务器繁忙，请稍后再试");

    public override LegacyAnswer NotAllowed { get; } = Envelope.Failure(403, "没有权限执行该操作");

    public override LegacyAnswer NotSignedIn(bool expired) => Unauthenticated;

    public override LegacyAnswer Of(BodyMistake mistake) => mistake switch
    {
        BodyMistake.TooLarge => Envelope.Failure(413, "请求内容过大"),
        BodyMistake.UnknownType => Envelope.Failure(415, "请求内容的类型不支持"),
        _ => Envelope.Failure(400, "请求内容格式错误"),
    };

    protected override LegacyAnswer OfRefusal(OAuthError refusal) => refusal switch
    {
        { Reason: RefusalReason.Locked } => Locked,
        { Reason: RefusalReason.Throttled } => Throttled,
        { Reason: RefusalReason.UnknownAccount or RefusalReason.WrongPassword or RefusalReason.Disabled } => WrongPassword,
        { Error: "invalid_grant" } => WrongPassword,
        _ => Fault,
    };

    public static LegacyAnswer Of(ApiKeyOutcome outcome) => outcome switch
    {
        ApiKeyOutcome.NotYours => Table.NotAllowed,
        ApiKeyOutcome.UnknownUser => UnknownUser,
        _ => Table.Fault,
    };

    public static LegacyAnswer Malformed(string field) => Envelope.Failure(400, $"{field}格式错误");

    public static LegacyAnswer Missing(string field) => Envelope.Failure(400, $"{field}不能为空");

    public static LegacyAnswer TooLong(string field, int maxLength) => Envelope.Failure(400, $"{field}长度不能超过{maxLength}");
}
