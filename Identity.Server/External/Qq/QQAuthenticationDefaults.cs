namespace Identity.Server.External.Qq;

/// <summary>Names and addresses, as the package AspNet.Security.OAuth.QQ has them.</summary>
internal static class QQAuthenticationDefaults
{
    public const string AuthenticationScheme = "QQ";
    public const string DisplayName = "QQ";
    public const string Issuer = "QQ";
    public const string CallbackPath = "/signin-qq";
    public const string AuthorizationEndpoint = "https://graph.qq.com/oauth2.0/authorize";
    public const string TokenEndpoint = "https://graph.qq.com" + TokenPath;
    public const string UserIdentificationEndpoint = "https://graph.qq.com" + UserIdentificationPath;
    public const string UserInformationEndpoint = "https://graph.qq.com" + UserInformationPath;

    internal const string AuthorizationPath = "/oauth2.0/authorize";
    internal const string TokenPath = "/oauth2.0/token";
    internal const string UserIdentificationPath = "/oauth2.0/me";
    internal const string UserInformationPath = "/user/get_user_info";
}
