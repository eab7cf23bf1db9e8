using System.Text.Json;
using Identity.Tests.Support;

namespace Identity.Tests.BadInput;

/// <summary>Which answers are documented for a request that deserves no success, in each of the server's five tongues: OAuth JSON, three envelopes, and pages for people.</summary>
internal static class Tongue
{
    private static readonly int[] CloudMindCodes = [400, 404, 405, 410, 413, 415];
    private static readonly int[] NleCloudCodes = [400, 401, 403, 404, 405, 410, 413, 415, 423, 429];
    private static readonly int[] RageFrameCodes = [400, 401, 404, 410, 413, 429];
    private static readonly string[] OAuthCodes = ["invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope", "invalid_token"];

    /// <summary>What <see cref="Route.Api"/> says of a route that a person sees.</summary>
    public const string People = "people";

    /// <summary>What is wrong with an answer; null when it is one of the documented.</summary>
    public static string? Complaint(string? api, string method, RawAnswer answer)
    {
        var complaint = answer switch
        {
            { Status: >= 500 } => "a fault",
            _ when api is People => Page(method, answer),
            _ when answer["Set-Cookie"].Length > 0 => "a cookie",
            _ when answer["Location"].Length > 0 => "a redirect",

            // RFC 9110 §9.3.2.
            _ when method is "HEAD" => answer.Body.Length == 0 ? null : "a body for HEAD",
            { Body: "" } => api is null && (answer.Status == 200 || (method is "OPTIONS" && answer.Status == 204)) ? null : "an empty body",
            _ when answer["Content-Type"] is "text/css; charset=utf-8" or "text/javascript; charset=utf-8" or "image/svg+xml" => null,
            _ when answer["Content-Type"] is not "application/json; charset=utf-8" => "another content type",
            _ => Words(api, answer),
        };
        return complaint is null ? null : $"{complaint}: {answer.Status} {answer["Content-Type"]} {answer.Body}";
    }

    // A page, or the way to one of ours; never to an address that came with the request.
    private static string? Page(string method, RawAnswer answer) => answer switch
    {
        { Status: 302 or 303 } => answer["Location"].StartsWith('/') && !answer["Location"].StartsWith("//", StringComparison.Ordinal) ? null : "a redirect to somewhere else",
        // A page has nothing to say to either; that it opens to no script is what matters.
        _ when method is "HEAD" or "OPTIONS" => answer["Access-Control-Allow-Origin"].Length == 0 ? null : "open to scripts",
        _ when answer["Content-Type"] is not "text/html; charset=utf-8" || !answer.Body.Contains("<h1>", StringComparison.Ordinal) => "no page",
        _ => answer["Content-Security-Policy"].Contains("frame-ancestors 'none'", StringComparison.Ordinal) ? null : "no content security policy",
    };

    private static string? Words(string? api, RawAnswer answer)
    {
        using var json = JsonDocument.Parse(answer.Body);
        var names = string.Join(' ', json.RootElement.EnumerateObject().Select(member => member.Name));
        return api switch
        {
            "cloudmind" => names switch
            {
                "" => answer.Status is 200 or 201 or 202 ? null : "an empty object",
                "code msg" when json.RootElement.Number("code") is var code && (CloudMindCodes.Contains(code) ? answer.Status == code : code is > 1000 and < 1006 && answer.Status == 201) => null,
                _ => "no answer of CloudMind",
            },
            "nlecloud" => answer.Status == 200 && names is "ResultObj Status StatusCode Msg ErrorObj" && json.RootElement.GetProperty("ResultObj").ValueKind == JsonValueKind.Null
                && json.RootElement.Number("Status") == 1 && NleCloudCodes.Contains(json.RootElement.Number("StatusCode")) && json.RootElement.Text("Msg").Length > 0 ? null : "no failure of NLECloud",
            "rageframe" => answer.Status == 200 && names is "code message data" && RageFrame(json.RootElement) ? null : "no failure of RageFrame",
            _ when answer.Status == 200 => null,
            _ => names is "error error_description" && OAuthCodes.Contains(json.RootElement.Text("error"), StringComparer.Ordinal) ? null : "no OAuth error",
        };
    }

    private static bool RageFrame(JsonElement json)
    {
        var (code, message, data) = (json.Number("code"), json.Text("message"), json.GetProperty("data"));
        return code == 422
            ? message.Length > 0 && data.GetRawText() is "[]"
            : RageFrameCodes.Contains(code)
                && string.Join(' ', data.EnumerateObject().Select(member => member.Name)) is "name message code status"
                && string.Equals(data.Text("message"), message, StringComparison.Ordinal) && data.Number("code") == 0 && data.Number("status") == code;
    }
}
