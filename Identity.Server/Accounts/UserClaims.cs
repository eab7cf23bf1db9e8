using System.Text.Json;
using Identity.Server.Data;

namespace Identity.Server.Accounts;

/// <summary>An account's claims in the words of OpenID Connect Core §5.1; only those that have a value (§5.3.2).</summary>
internal static class UserClaims
{
    /// <param name="writer">Stands inside an object.</param>
    /// <param name="account">Whose claims.</param>
    /// <param name="names">Which claims.</param>
    public static void Write(Utf8JsonWriter writer, Account account, IEnumerable<string> names)
    {
        foreach (var name in names.Distinct(StringComparer.Ordinal))
        {
            switch (name)
            {
                case "email_verified" when account.Email is not null:
                    writer.WriteBoolean(name, account.EmailConfirmed);
                    break;
                case "phone_number_verified" when account.PhoneNumber is not null:
                    writer.WriteBoolean(name, account.PhoneNumberConfirmed);
                    break;
                case "updated_at":
                    writer.WriteNumber(name, account.UpdatedAt.ToUnixTimeSeconds());
                    break;
                case "address" when account.Address is { } address:
                    writer.WritePropertyName(name);
                    writer.WriteRawValue(address);
                    break;
                default:
                    if (Text(account, name) is { Length: > 0 } text)
                    {
                        writer.WriteString(name, text);
                    }

                    break;
            }
        }
    }

    private static string? Text(Account account, string claim) => claim switch
    {
        "name" => account.Name,
        "family_name" => account.FamilyName,
        "given_name" => account.GivenName,
        "middle_name" => account.MiddleName,
        "nickname" => account.Nickname,
        "preferred_username" => account.UserName,
        "profile" => account.Profile,
        "picture" => account.Picture,
        "website" => account.Website,
        "gender" => account.Gender,
        "birthdate" => account.Birthdate,
        "zoneinfo" => account.Zoneinfo,
        "locale" => account.Locale,
        "email" => account.Email,
        "phone_number" => account.PhoneNumber,
        _ => null,
    };
}
