using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Identity.Server.Data;

namespace Identity.Server.Accounts;

/// <summary>What a person says of themselves: the claims of OpenID Connect Core §5.1 that are theirs to say, and the parts of an address (§5.1.1). What is empty is not there.</summary>
internal sealed record ProfileEdit
{
    private const int MaxName = 64;
    private const int MaxText = 256;

    // §5.1.1, without the whole as one text, which is the sum of the others.
    private static readonly string[] AddressParts = ["street_address", "locality", "region", "postal_code", "country"];

    /// <summary>Every field, by the claim's name.</summary>
    public static IReadOnlyList<string> Fields { get; } =
        ["name", "family_name", "given_name", "middle_name", "nickname", "gender", "birthdate", "zoneinfo", "locale", "website", .. AddressParts];

    private readonly Dictionary<string, string> values;

    private ProfileEdit(Dictionary<string, string> values) => this.values = values;

    public string? this[string field] => values.GetValueOrDefault(field);

    /// <summary>As it is stored.</summary>
    public static ProfileEdit Of(Account account)
    {
        var address = AddressOf(account);
        return Of(field => field switch
        {
            "name" => account.Name,
            "family_name" => account.FamilyName,
            "given_name" => account.GivenName,
            "middle_name" => account.MiddleName,
            "nickname" => account.Nickname,
            "gender" => account.Gender,
            "birthdate" => account.Birthdate,
            "zoneinfo" => account.Zoneinfo,
            "locale" => account.Locale,
            "website" => account.Website,
            _ => address[field] is JsonValue part && part.TryGetValue<string>(out var text) ? text : null,
        });
    }

    /// <summary>As it was typed: without spaces around it, composed (NFC), line ends as one.</summary>
    public static ProfileEdit Of(Func<string, string?> typed) => new(
        Fields.Select(field => (field, Text: Clean(typed(field)))).Where(one => one.Text.Length > 0).ToDictionary(one => one.field, one => one.Text, StringComparer.Ordinal));

    /// <summary>What cannot be stored, by field.</summary>
    /// <param name="now">No birthday lies behind it.</param>
    public IEnumerable<(string Field, ProfileMistake Mistake)> Mistakes(DateTimeOffset now) =>
        values.Select(value => (value.Key, Judge(value.Key, value.Value, now))).Where(one => one.Item2 != ProfileMistake.None);

    /// <summary>The JSON of the address. One whose parts are as they were keeps what it has beside them; null for none.</summary>
    public string? Address(Account account)
    {
        var before = Of(account);
        if (Array.TrueForAll(AddressParts, part => string.Equals(before[part], this[part], StringComparison.Ordinal)))
        {
            return account.Address;
        }

        var parts = AddressParts.Where(part => this[part] is not null).ToList();
        return parts.Count == 0 ? null : new JsonObject(parts.Select(part => KeyValuePair.Create(part, (JsonNode?)this[part]))).ToJsonString();
    }

    public bool Equals(ProfileEdit? other) => other is not null && Fields.All(field => string.Equals(this[field], other[field], StringComparison.Ordinal));

    public override int GetHashCode() => values.Count;

    /// <summary>Nothing of it is for a log.</summary>
    public override string ToString() => nameof(ProfileEdit);

    private static JsonObject AddressOf(Account account)
    {
        try
        {
            return account.Address is { } json && JsonNode.Parse(json) is JsonObject address ? address : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static string Clean(string? typed)
    {
        try
        {
            return (typed ?? "").ReplaceLineEndings("\n").Normalize(NormalizationForm.FormC).Trim();
        }
        catch (ArgumentException)
        {
            // Half a surrogate pair is no text; what stands for it is refused below.
            return "\0";
        }
    }

    private static ProfileMistake Judge(string field, string value, DateTimeOffset now)
    {
        if (value.Any(c => IsUnseen(c) && !(c == '\n' && field is "street_address")))
        {
            return ProfileMistake.Unreadable;
        }

        if (value.Length > field switch { "website" => MaxText * 4, "street_address" => MaxText, "name" or "locality" or "region" or "country" => MaxText / 2, _ => MaxName })
        {
            return ProfileMistake.TooLong;
        }

        return field switch
        {
            "birthdate" => IsBirthdate(value, now) ? ProfileMistake.None : ProfileMistake.BadDate,
            "zoneinfo" => TimeZoneInfo.TryFindSystemTimeZoneById(value, out _) ? ProfileMistake.None : ProfileMistake.BadZone,
            "website" => Uri.TryCreate(value, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri!.UserInfo.Length == 0 ? ProfileMistake.None : ProfileMistake.BadAddress,
            "locale" => value.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? ProfileMistake.None : ProfileMistake.Unreadable,
            _ => ProfileMistake.None,
        };
    }

    // Controls, and the marks that turn the direction of what stands after them: a name is shown beside others' words.
    private static bool IsUnseen(char c) => char.IsControl(c) || c is '\u2028' or '\u2029' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\uFEFF';

    // §5.1: a date, a year alone, or a day of year 0000.
    private static bool IsBirthdate(string value, DateTimeOffset now)
    {
        if (value.Length == 4)
        {
            return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var year) && year >= 1850 && year <= now.Year;
        }

        return value.StartsWith("0000-", StringComparison.Ordinal)
            ? DateOnly.TryParseExact($"2000{value.AsSpan(4)}", "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            : DateOnly.TryParseExact(value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year >= 1850 && day <= DateOnly.FromDateTime(now.UtcDateTime.AddDays(1));
    }
}

/// <summary>Why a field of a profile cannot be stored.</summary>
internal enum ProfileMistake
{
    None,
    TooLong,

    /// <summary>It holds characters that nobody sees.</summary>
    Unreadable,

    BadDate,
    BadZone,
    BadAddress,
}
