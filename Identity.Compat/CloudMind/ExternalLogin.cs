using Identity.OpenId.Token;
using Microsoft.AspNetCore.Http;

namespace Identity.Compat.CloudMind;

/// <summary>POST /usercenter/v1/login/QqLogin and WxLogin: the authorization code of a provider's app, in the body or in the query. Whatever does not end in tokens is the document's 201, which says nothing.</summary>
internal static class ExternalLogin
{
    private const int MaxLength = 512;

    /// <param name="http">The request. The original read no body, so none of any shape is an error.</param>
    /// <param name="grantType">The provider's grant.</param>
    /// <param name="options">How times are written.</param>
    /// <param name="exchange">The same pipeline as the token endpoint's.</param>
    public static async Task<LegacyAnswer> HandleAsync(HttpContext http, string grantType, CloudMindOptions options, ITokenExchange exchange)
    {
        var body = await LegacyBody.ReadAsync(http.Request, LegacyApi.CloudMind, http.RequestAborted);
        if (Field("code") is not { } code)
        {
            return Errors.ExternalLogin;
        }

        var request = new TokenRequest { GrantType = grantType, Code = code, App = Field("app"), RedirectUri = Field("redirect_uri") };
        var result = await exchange.ExchangeAsync(new LegacyExchange(LegacyApi.CloudMind.Name, request) { NumberClaim = LegacyApi.CloudMind.NumberClaim }, http, http.RequestAborted);
        return result.Succeeded(out var session, out _) ? Envelope.Tokens(session, options.ExpiryFormat) : Errors.ExternalLogin;

        string? Field(string name) => (body[name].Kind == FieldKind.Text ? body[name].Value : http.Request.Query[name].ToString()) is { Length: > 0 and <= MaxLength } text && !text.Any(char.IsControl) ? text : null;
    }
}
