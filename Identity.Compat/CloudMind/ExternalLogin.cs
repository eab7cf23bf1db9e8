namespace Identity.Compat.CloudMind;

/// <summary>POST /usercenter/v1/login/QqLogin and WxLogin. No provider is configured in this version, for which the document has its 201; the body does not matter then.</summary>
internal static class ExternalLogin
{
    public static LegacyAnswer Handle() => Errors.ExternalLogin;
}
