using Identity.OpenId.Errors;

namespace Identity.Compat.CloudMind;

/// <summary>CloudMind's failures. The document has 201 for an account that does not exist and 202 for a wrong password, both without a body worth reading.</summary>
internal sealed class Errors : LegacyErrors
{
    private static readonly LegacyAnswer UnknownAccount = Envelope.Empty(201);
    private static readonly LegacyAnswer WrongPassword = Envelope.Empty(202);
    private static readonly LegacyAnswer Unauthorized = LegacyAnswer.Empty(401);

    private Errors()
    {
    }

    public static Errors Table { get; } = new();

    /// <summary>The provider's sign-in did not succeed, or there is no provider.</summary>
    public static LegacyAnswer ExternalLogin { get; } = Envelope.Empty(201);

    /// <summary>The account was made, but signing it in was refused.</summary>
    public static LegacyAnswer RegisteredOnly { get; } = Envelope.Failure(201, 1006, "注册成功，请登录");

    public override LegacyAnswer Gone { get; } = Plain(410, "该接口已停用");

    public override LegacyAnswer NotFound { get; } = Plain(404, "接口不存在");

    public override LegacyAnswer WrongMethod { get; } = Plain(405, "请求方法不支持");

    public override LegacyAnswer Fault { get; } = Plain(500, "服务器繁忙，请稍后再试");

    public override LegacyAnswer Busy { get; } = Plain(503, "服务器繁忙，请稍后再试");

    public override LegacyAnswer NotAllowed { get; } = LegacyAnswer.Empty(403);

    // The original's framework answers so, whatever is wrong with the token.
    public override LegacyAnswer NotSignedIn(bool expired) => Unauthorized;

    public override LegacyAnswer Of(BodyMistake mistake) => mistake switch
    {
        BodyMistake.TooLarge => Plain(413, "请求内容过大"),
        BodyMistake.UnknownType => Plain(415, "请求内容必须是 application/json"),
        _ => BadRequest("请求内容不是有效的 JSON"),
    };

    // A locked name must look like a wrong password: these clients know no third answer.
    protected override LegacyAnswer OfRefusal(OAuthError refusal) => refusal switch
    {
        { Reason: RefusalReason.UnknownAccount } => UnknownAccount,
        { Reason: RefusalReason.WrongPassword or RefusalReason.Locked or RefusalReason.Throttled or RefusalReason.Disabled } => WrongPassword,
        { Error: "invalid_grant" } => WrongPassword,
        _ => Fault,
    };

    /// <summary>Registration failures. The numbers are this server's own, and clients may rely on them.</summary>
    public static LegacyAnswer Of(RegistrationOutcome outcome) => outcome switch
    {
        RegistrationOutcome.WrongCode => Envelope.Failure(201, 1001, "验证码错误或已过期"),
        RegistrationOutcome.EmailTaken => Envelope.Failure(201, 1002, "该邮箱已注册"),
        RegistrationOutcome.WeakPassword => Envelope.Failure(201, 1003, "密码强度不够"),
        RegistrationOutcome.BadNickname => Envelope.Failure(201, 1004, "昵称不符合要求"),
        RegistrationOutcome.Throttled => Envelope.Failure(201, 1005, "请求过于频繁，请稍后再试"),
        RegistrationOutcome.Busy => Table.Busy,
        _ => Table.Fault,
    };

    public static LegacyAnswer BadRequest(string msg) => Plain(400, msg);

    private static LegacyAnswer Plain(int status, string msg) => Envelope.Failure(status, status, msg);
}
