namespace Identity.Server.External.Weixin;

/// <summary>Claim types, as the package has them.</summary>
internal static class WeixinAuthenticationConstants
{
    internal static class Claims
    {
        public const string City = "urn:weixin:city";
        public const string HeadImgUrl = "urn:weixin:headimgurl";
        public const string OpenId = "urn:weixin:openid";
        public const string Privilege = "urn:weixin:privilege";
        public const string Province = "urn:weixin:province";
        public const string UnionId = "urn:weixin:unionid";
    }
}
