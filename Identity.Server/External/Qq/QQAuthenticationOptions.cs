using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OAuth;

namespace Identity.Server.External.Qq;

/// <summary>The options of the package AspNet.Security.OAuth.QQ, with its defaults.</summary>
internal sealed class QQAuthenticationOptions : OAuthOptions
{
    public QQAuthenticationOptions()
    {
        ClaimsIssuer = QQAuthenticationDefaults.Issuer;
        CallbackPath = QQAuthenticationDefaults.CallbackPath;
        AuthorizationEndpoint = QQAuthenticationDefaults.AuthorizationEndpoint;
        TokenEndpoint = QQAuthenticationDefaults.TokenEndpoint;
        UserInformationEndpoint = QQAuthenticationDefaults.UserInformationEndpoint;
        Scope.Add("get_user_info");
        ClaimActions.MapJsonKey(ClaimTypes.Name, "nickname");
        ClaimActions.MapJsonKey(ClaimTypes.Gender, "gender");
        ClaimActions.MapJsonKey(QQAuthenticationConstants.Claims.PictureUrl, "figureurl");
        ClaimActions.MapJsonKey(QQAuthenticationConstants.Claims.PictureMediumUrl, "figureurl_1");
        ClaimActions.MapJsonKey(QQAuthenticationConstants.Claims.PictureFullUrl, "figureurl_2");
        ClaimActions.MapJsonKey(QQAuthenticationConstants.Claims.AvatarUrl, "figureurl_qq_1");
        ClaimActions.MapJsonKey(QQAuthenticationConstants.Claims.AvatarFullUrl, "figureurl_qq_2");
    }

    /// <summary>Ask for the unionid, which the app needs a permission for. Default false.</summary>
    public bool ApplyForUnionId { get; set; }

    public string UserIdentificationEndpoint { get; set; } = QQAuthenticationDefaults.UserIdentificationEndpoint;
}
