namespace Identity.OpenId.Scopes;

/// <summary>The scope values that OpenID Connect Core defines, §5.4 and §11.</summary>
public static class StandardScopes
{
    public const string OpenId = "openid";
    public const string Profile = "profile";
    public const string Email = "email";
    public const string Address = "address";
    public const string Phone = "phone";
    public const string OfflineAccess = "offline_access";

    public static IReadOnlyList<string> All { get; } = [OpenId, Profile, Email, Address, Phone, OfflineAccess];
}
