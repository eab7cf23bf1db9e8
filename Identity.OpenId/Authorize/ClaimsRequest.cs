using System.Text.Json;
using Identity.OpenId.Errors;
using Identity.OpenId.Scopes;
using Identity.OpenId.Tokens;

namespace Identity.OpenId.Authorize;

/// <summary>
/// The claims parameter, OpenID Connect Core §5.5: claims that are asked for by name, for userinfo or for the id_token.
/// What is not understood is left out, so that what is kept says only what can be answered.
/// </summary>
public sealed record ClaimsRequest
{
    /// <summary>Longer ones are not requests of anybody.</summary>
    public const int MaxLength = 4096;

    private const int MaxDepth = 8;
    private const int MaxValues = 16;

    // A repeated member would mean one thing to us and another to whoever checked the request before us.
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    private ClaimsRequest(IReadOnlyDictionary<string, RequestedClaim> userInfo, IReadOnlyDictionary<string, RequestedClaim> idToken) => (UserInfo, IdToken) = (userInfo, idToken);

    public static ClaimsRequest None { get; } = new(new Dictionary<string, RequestedClaim>(StringComparer.Ordinal), new Dictionary<string, RequestedClaim>(StringComparer.Ordinal));

    public IReadOnlyDictionary<string, RequestedClaim> UserInfo { get; }

    public IReadOnlyDictionary<string, RequestedClaim> IdToken { get; }

    public bool IsEmpty => UserInfo.Count == 0 && IdToken.Count == 0;

    /// <summary>What is asked for of a person's own claims, in either place: what a scope would have released.</summary>
    public IEnumerable<string> Personal => UserInfo.Keys.Concat(IdToken.Keys).Where(IsPersonal).Distinct(StringComparer.Ordinal);

    /// <summary>Values of an essential <c>acr</c> of the id_token: one of them must be reached, §5.5.1.1. Empty when any is good.</summary>
    public IReadOnlyList<string> EssentialAcr => IdToken.GetValueOrDefault("acr") is { Essential: true } acr ? acr.Values : [];

    /// <summary>Values of an <c>acr</c> of the id_token that would be liked and need not be. Empty when any is good.</summary>
    public IReadOnlyList<string> VoluntaryAcr => IdToken.GetValueOrDefault("acr") is { Essential: false } acr ? acr.Values : [];

    /// <summary>Reads the parameter. Malformed JSON, and members of another shape than §5.5 gives them, are <c>invalid_request</c>.</summary>
    public static Result<ClaimsRequest> Parse(string? text)
    {
        if (text is null)
        {
            return None;
        }

        try
        {
            using var document = JsonDocument.Parse(text, Strict);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && Member(document.RootElement, "userinfo") is { } userInfo && Member(document.RootElement, "id_token") is { } idToken
                ? new ClaimsRequest(userInfo, idToken)
                : Malformed();
        }
        catch (Exception mistake) when (mistake is JsonException or InvalidOperationException)
        {
            // The second is text with half a surrogate pair, which JSON can write and no string may hold.
            return Malformed();
        }
    }

    /// <summary>Less the personal claims that are not among <paramref name="allowed"/>.</summary>
    public ClaimsRequest Only(IEnumerable<string> allowed)
    {
        var names = allowed.ToHashSet(StringComparer.Ordinal);
        return new(Keep(UserInfo), Keep(IdToken));

        Dictionary<string, RequestedClaim> Keep(IReadOnlyDictionary<string, RequestedClaim> claims) =>
            claims.Where(pair => !IsPersonal(pair.Key) || names.Contains(pair.Key)).ToDictionary(StringComparer.Ordinal);
    }

    /// <summary>False when the request names another person: §3.1.2.2 forbids to answer about anybody else.</summary>
    public bool Admits(string subject) => Allows(UserInfo, subject) && Allows(IdToken, subject);

    /// <summary>The form in which it is kept with a code and its family; <see cref="Parse"/> reads it back.</summary>
    public string ToJson() => JsonText.Write(writer =>
    {
        Write(writer, "userinfo", UserInfo);
        Write(writer, "id_token", IdToken);
    });

    private static Result<ClaimsRequest> Malformed() => OAuthError.InvalidRequest("claims must be a JSON object as OpenID Connect Core section 5.5 describes it.");

    private static bool IsPersonal(string name) => name is not ("sub" or "acr");

    // Null is a mistake; a member that is not there is an empty one.
    private static Dictionary<string, RequestedClaim>? Member(JsonElement request, string name)
    {
        var read = new Dictionary<string, RequestedClaim>(StringComparer.Ordinal);
        if (!request.TryGetProperty(name, out var member))
        {
            return read;
        }

        if (member.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        foreach (var claim in member.EnumerateObject())
        {
            if (RequestedClaim.Read(claim.Name, claim.Value, MaxValues) is not { } wish)
            {
                return null;
            }

            if (ScopeClaims.All.Contains(claim.Name, StringComparer.Ordinal) || claim.NameEquals("acr"))
            {
                read.Add(claim.Name, wish);
            }
        }

        return read;
    }

    private static void Write(Utf8JsonWriter writer, string name, IReadOnlyDictionary<string, RequestedClaim> claims)
    {
        writer.WriteStartObject(name);
        foreach (var (claim, wish) in claims)
        {
            writer.WritePropertyName(claim);
            wish.Write(writer);
        }

        writer.WriteEndObject();
    }

    private static bool Allows(IReadOnlyDictionary<string, RequestedClaim> claims, string subject) =>
        !claims.TryGetValue("sub", out var wish) || wish.Values.Count == 0 || wish.Values.Contains(subject, StringComparer.Ordinal);
}
