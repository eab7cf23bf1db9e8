using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Identity.Compat.NleCloud;

/// <summary>GET and PUT /Users/ApiKey. The document does not say how a caller proves itself; here by the access token, like every later call.</summary>
internal static class ApiKey
{
    public static async Task<LegacyAnswer> ReadAsync(HttpContext http, NleCloudOptions options, IApiKeys keys)
    {
        if (await WhoAsync(http, options, keys) is not { } caller)
        {
            return Errors.Table.NotSignedIn(expired: false);
        }

        var userId = http.Request.Query["userID"].ToString();
        if (userId.Length == 0)
        {
            return Errors.Missing("userID");
        }

        if (Number(userId) is not { } number)
        {
            return Errors.Malformed("userID");
        }

        var (outcome, key) = await keys.ReadAsync(caller, number, http.RequestAborted);
        return outcome == ApiKeyOutcome.Done ? Envelope.Success(ApiKeyProfile.Of(number, key!)) : Errors.Of(outcome);
    }

    // OperUserID, ReturnUrl and DataToken of the body are not looked at: who did it and from where is the request's to say.
    public static async Task<LegacyAnswer> WriteAsync(HttpContext http, NleCloudOptions options, IApiKeys keys)
    {
        if (await WhoAsync(http, options, keys) is not { } caller)
        {
            return Errors.Table.NotSignedIn(expired: false);
        }

        var body = await LegacyBody.ReadAsync(http.Request, LegacyApi.NleCloud, http.RequestAborted);
        if (body.Mistake != BodyMistake.None)
        {
            return Errors.Table.Of(body.Mistake);
        }

        int? number = null;
        if (body["UserID"] is { Kind: not (FieldKind.Absent or FieldKind.Null) } userId)
        {
            number = userId.TextOrNumber is { } text ? Number(text) : null;
            if (number is null)
            {
                return Errors.Malformed("UserID");
            }
        }

        if (body["ApiKey"].TextOrNumber is not { } key)
        {
            return Errors.Missing("ApiKey");
        }

        if (key.Length > keys.MaxLength)
        {
            return Errors.TooLong("ApiKey", keys.MaxLength);
        }

        // An empty key takes the old one away; what has gone needs no date.
        if (key.Length == 0)
        {
            return Answer(await keys.WriteAsync(caller, number, key: null, default, http.RequestAborted));
        }

        if (body["ApiKeyExpire"].TextOrNumber is not { Length: > 0 } expire)
        {
            return Errors.Missing("ApiKeyExpire");
        }

        return ChinaTime.Read(expire) is { } instant
            ? Answer(await keys.WriteAsync(caller, number, key, instant, http.RequestAborted))
            : Errors.Malformed("ApiKeyExpire");
    }

    private static LegacyAnswer Answer(ApiKeyOutcome outcome) => outcome == ApiKeyOutcome.Done ? Envelope.Done : Errors.Of(outcome);

    private static Task<ApiKeyCaller?> WhoAsync(HttpContext http, NleCloudOptions options, IApiKeys keys) =>
        keys.WhoAsync(LegacyApi.NleCloud.Name, LegacyTransport.Read(LegacyApi.NleCloud.Name, http.Request, options.AccessTokenInQuery), http, http.RequestAborted);

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
