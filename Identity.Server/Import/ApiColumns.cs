using System.Collections.Frozen;
using Identity.Server.Compat;

namespace Identity.Server.Import;

/// <summary>What one API's own tables call things. An export of them needs no renaming.</summary>
/// <param name="Aliases">The API's word, and the column that it is.</param>
/// <param name="Fields">The API's own fields (beside the claims), and whether each is a whole number; else it is text.</param>
internal sealed record ApiColumns(string Api, FrozenDictionary<string, string> Aliases, FrozenDictionary<string, bool> Fields)
{
    /// <summary>The columns that every API has.</summary>
    public static FrozenSet<string> Common { get; } = new[]
    {
        "number", "user_name", "email", "email_verified", "phone_number", "phone_number_verified", "password_hash", "password_scheme", "password_salt",
        "name", "given_name", "family_name", "middle_name", "nickname", "profile", "picture", "website", "gender", "birthdate", "zoneinfo", "locale", "address",
        "visit_count", "last_time", "last_ip", "created_at", "updated_at", "disabled", "groups", "fields",
    }.ToFrozenSet(StringComparer.Ordinal);

    public static ApiColumns Of(string api) => api switch
    {
        LegacyApis.CloudMind => new(api, Words(("id", "number"), ("nickName", "nickname")), Words<bool>()),
        LegacyApis.NleCloud => new(
            api,
            Words(("UserID", "number"), ("UserName", "user_name"), ("Email", "email"), ("Telphone", "phone_number"), ("Gender", "gender")),
            Words(("CollegeID", true), ("CollegeName", false), ("RoleID", true), ("RoleName", false))),
        _ => new(
            api,
            Words(("id", "number"), ("username", "user_name"), ("mobile", "phone_number"), ("head_portrait", "picture"), ("sex", "gender"), ("birthday", "birthdate"), ("append", "created_at"), ("updated", "updated_at")),
            Words(
                ("type", true), ("realname", false), ("qq", false), ("user_money", false), ("accumulate_money", false), ("frozen_money", false), ("user_integral", true), ("address_id", false),
                ("home_phone", false), ("role", true), ("provinces", true), ("city", true), ("area", true), ("allowance", true), ("allowance_updated_at", true), ("status", true))),
    };

    private static FrozenDictionary<string, T> Words<T>(params (string Name, T Value)[] words) => words.ToFrozenDictionary(word => word.Name, word => word.Value, StringComparer.Ordinal);
}
