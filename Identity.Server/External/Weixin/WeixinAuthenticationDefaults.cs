namespace Identity.Server.External.Weixin;

/// <summary>Names and addresses, as the package AspNet.Security.OAuth.Weixin has them; below them those of the official account.</summary>
internal static class WeixinAuthenticationDefaults
{
    public const string AuthenticationScheme = "Weixin";
    public const string DisplayName = "Weixin";
    public const string Issuer = "Weixin";
    public const string CallbackPath = "/signin-weixin";
    public const string AuthorizationEndpoint = "https://open.weixin.qq.com" + AuthorizationPath;
    public const string TokenEndpoint = "https://api.weixin.qq.com" + TokenPath;
    public const string UserInformationEndpoint = "https://api.weixin.qq.com" + UserInformationPath;

    /// <summary>Ours: a second scheme of the same handler, for WeChat's own browser.</summary>
    public const string OfficialAccountScheme = "WeixinOfficialAccount";

    public const string OfficialAccountCallbackPath = "/signin-weixin-official";

    internal const string AuthorizationPath = "/connect/qrconnect";
    internal const string OfficialAccountAuthorizationPath = "/connect/oauth2/authorize";
    internal const string TokenPath = "/sns/oauth2/access_token";
    internal const string UserInformationPath = "/sns/userinfo";
}
