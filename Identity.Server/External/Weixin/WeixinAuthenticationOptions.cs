using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OAuth;

namespace Identity.Server.External.Weixin;

/// <summary>The options of the package AspNet.Security.OAuth.Weixin, with its defaults.</summary>
internal sealed class WeixinAuthenticationOptions : OAuthOptions
{
    public WeixinAuthenticationOptions()
    {
        ClaimsIssuer = WeixinAuthenticationDefaults.Issuer;
        CallbackPath = WeixinAuthenticationDefaults.CallbackPath;
        AuthorizationEndpoint = WeixinAuthenticationDefaults.AuthorizationEndpoint;
        TokenEndpoint = WeixinAuthenticationDefaults.TokenEndpoint;
        UserInformationEndpoint = WeixinAuthenticationDefaults.UserInformationEndpoint;
        Scope.Add("snsapi_login");
        Scope.Add("snsapi_userinfo");
        ClaimActions.MapCustomJson(ClaimTypes.NameIdentifier, user => WeixinProtocol.UnionId(user) ?? user.Text("openid"));
        ClaimActions.MapJsonKey(ClaimTypes.Name, "nickname");
        ClaimActions.MapJsonKey(ClaimTypes.Gender, "sex");
        ClaimActions.MapJsonKey(ClaimTypes.Country, "country");
        ClaimActions.MapJsonKey(WeixinAuthenticationConstants.Claims.OpenId, "openid");
        ClaimActions.MapJsonKey(WeixinAuthenticationConstants.Claims.UnionId, "unionid");
        ClaimActions.MapJsonKey(WeixinAuthenticationConstants.Claims.Province, "province");
        ClaimActions.MapJsonKey(WeixinAuthenticationConstants.Claims.City, "city");
        ClaimActions.MapJsonKey(WeixinAuthenticationConstants.Claims.HeadImgUrl, "headimgurl");
        ClaimActions.MapCustomJson(WeixinAuthenticationConstants.Claims.Privilege, user =>
            user.TryGetProperty("privilege", out var value) && value.ValueKind == JsonValueKind.Array ? string.Join(',', value.EnumerateArray().Select(one => one.ToString())) : null);
    }
}
