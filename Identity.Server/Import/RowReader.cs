using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Identity.Server.Accounts;

namespace Identity.Server.Import;

/// <param name="DefaultScheme">For rows that name none, and whose hash does not tell.</param>
/// <param name="IgnoredColumns">Known to be of no use; any other unknown one is a mistake.</param>
/// <param name="IgnoreUnverified">Whether contacts that nobody proved are no sign-in names, although the old system took them.</param>
internal sealed record RowRules(string? DefaultScheme, IReadOnlySet<string> IgnoredColumns, bool IgnoreUnverified);

/// <summary>Turns a record of the file into a person. What is wrong with a name, a number or a hash costs the row; what is wrong beside them costs the value, and is said.</summary>
internal sealed class RowReader(ApiColumns columns, AccountRegistry registry, RowRules rules)
{
    /// <summary>The counter of new numbers goes on above the highest, and must have room to.</summary>
    public const int MaxNumber = 2_000_000_000;

    private const int MaxFields = 16 * 1024;

    public ReadRow Read(RawRow raw)
    {
        var remarks = new List<string>();
        var (cells, fields, problem) = Sort(raw, remarks);
        var number = cells.TryGetValue("number", out var cell) && cell.Integer is >= 1 and <= MaxNumber and var value ? (int?)value : null;
        problem ??= number is null ? "number is missing, or is no whole number from 1 to 2,000,000,000" : null;
        if (problem is not null)
        {
            return new(raw.Line, number, null, problem, remarks);
        }

        string? Text(string column) => cells.TryGetValue(column, out var found) ? found.Text : null;
        var (hash, wrong) = ImportedHash.Read(Text("password_hash"), Text("password_scheme"), Text("password_salt"), rules.DefaultScheme);
        if (hash is null)
        {
            return new(raw.Line, number, null, wrong, remarks);
        }

        var account = Clean(AccountOf(cells, Text, remarks), remarks);
        if (account.UserName is { } userName && SignInName.Key(userName) is not { Length: > 0 })
        {
            remarks.Add("user_name cannot be signed in with and was left out");
            account = account with { UserName = null };
        }

        var names = NamesOf(account);
        return new(
            raw.Line,
            number,
            new ImportRow(raw.Line, number!.Value)
            {
                Account = account,
                Hash = hash,
                Names = names,
                VisitCount = (int)Math.Clamp(Checked(cells, "visit_count", found => found.Integer, remarks) ?? 0, 0, int.MaxValue),
                LastVisitAt = Checked(cells, "last_time", found => found.Instant, remarks) ?? DateTimeOffset.UnixEpoch,
                LastAddress = Text("last_ip") is { Length: <= 64 } address && !address.Any(char.IsControl) ? address : null,
                CreatedAt = Checked(cells, "created_at", found => found.Instant, remarks),
                UpdatedAt = Checked(cells, "updated_at", found => found.Instant, remarks),
                // Yii's own words: 10 or 1 is active, 0 is switched off, -1 deleted.
                Disabled = Checked(cells, "disabled", found => found.Boolean, remarks) ?? (fields["status"] is JsonValue status && status.TryGetValue(out long code) && code <= 0),
                Fields = fields.Count > 0 ? fields.ToJsonString() : null,
            },
            names.Count == 0 ? "there is nothing to sign in with" : null,
            remarks);
    }

    // The API's words become columns; its own fields go into their document.
    private (Dictionary<string, Cell> Cells, JsonObject Fields, string? Problem) Sort(RawRow raw, List<string> remarks)
    {
        var (cells, fields, problem) = (new Dictionary<string, Cell>(StringComparer.Ordinal), new JsonObject(), raw.Problem);
        foreach (var (name, cell) in raw.Cells)
        {
            if (columns.Fields.ContainsKey(name))
            {
                problem ??= Add(name, cell);
            }
            else if (name.StartsWith("fields.", StringComparison.Ordinal))
            {
                problem ??= Add(name["fields.".Length..], cell);
            }
            else if (columns.Aliases.GetValueOrDefault(name) is { } column || ApiColumns.Common.TryGetValue(name, out column))
            {
                problem ??= cells.TryAdd(column, cell) ? null : $"{column} is there twice, under two names";
            }
            else if (!rules.IgnoredColumns.Contains(name))
            {
                problem ??= "a column is not known (see --ignore)";
            }
        }

        if (cells.TryGetValue("fields", out var document))
        {
            foreach (var member in document.Object is { } json ? json.EnumerateObject().ToList() : [])
            {
                problem ??= Add(member.Name, new Cell(member.Value));
            }

            problem ??= document.Object is null ? "fields is no JSON object" : null;
        }

        if (cells.TryGetValue("groups", out var groups))
        {
            fields["groups"] = groups.Json.ValueKind == JsonValueKind.Array
                ? JsonNode.Parse(groups.Json.GetRawText())
                : new JsonArray([.. (groups.Text ?? "").Split('|', StringSplitOptions.RemoveEmptyEntries).Select(group => (JsonNode)JsonValue.Create(group))]);
        }

        return (cells, fields, problem ?? (fields.Count > 0 && fields.ToJsonString().Length > MaxFields ? "the API's own fields are longer than 16 KiB" : null));

        string? Add(string name, Cell cell)
        {
            JsonNode? node = columns.Fields.TryGetValue(name, out var whole)
                ? whole ? cell.Integer is { } integer ? JsonValue.Create(integer) : null : cell.Text is { } text ? JsonValue.Create(text) : null
                : JsonNode.Parse(cell.Json.GetRawText());
            if (node is null && cell.Json.ValueKind != JsonValueKind.Null)
            {
                remarks.Add($"{name} is not of its type and was left out");
                return null;
            }

            return fields.TryAdd(name, node) ? null : $"{name} is there twice";
        }
    }

    private static T? Checked<T>(Dictionary<string, Cell> cells, string column, Func<Cell, T?> read, List<string> remarks)
        where T : struct
    {
        if (!cells.TryGetValue(column, out var cell))
        {
            return null;
        }

        if (read(cell) is { } value)
        {
            return value;
        }

        remarks.Add($"{column} is not of its type and was left out");
        return null;
    }

    private static NewAccount AccountOf(Dictionary<string, Cell> cells, Func<string, string?> text, List<string> remarks) => new()
    {
        UserName = text("user_name"),
        Email = text("email"),
        EmailVerified = Checked(cells, "email_verified", cell => cell.Boolean, remarks) ?? false,
        PhoneNumber = text("phone_number"),
        PhoneNumberVerified = Checked(cells, "phone_number_verified", cell => cell.Boolean, remarks) ?? false,
        Name = text("name"),
        GivenName = text("given_name"),
        FamilyName = text("family_name"),
        MiddleName = text("middle_name"),
        Nickname = text("nickname"),
        Profile = text("profile"),
        Picture = text("picture"),
        Website = text("website"),
        Gender = cells.TryGetValue("gender", out var gender) ? GenderOf(gender) : null,
        Birthdate = text("birthdate"),
        Zoneinfo = text("zoneinfo"),
        Locale = text("locale"),
        Address = Checked(cells, "address", cell => cell.Object, remarks),
    };

    // RageFrame's sex is 0, 1 or 2, NLECloud's true is male.
    private static string? GenderOf(Cell cell) => (cell.Json.ValueKind, cell.Text) switch
    {
        (JsonValueKind.True, _) or (_, "1" or "true" or "True" or "TRUE") => "male",
        (JsonValueKind.False, _) or (_, "2" or "false" or "False" or "FALSE") => "female",
        (_, "0") => null,
        (_, var text) => text,
    };

    // The registry's rules, applied to one value at a time: an old nickname that is too long must not cost a person the account.
    private NewAccount Clean(NewAccount account, List<string> remarks)
    {
        // Names have rules of their own here: the old system's people keep what they have.
        if (registry.Check(account with { UserName = null }) == AccountMistake.None)
        {
            return account;
        }

        NewAccount Kept(string what, NewAccount alone, NewAccount without)
        {
            if (registry.Check(alone) == AccountMistake.None)
            {
                return account;
            }

            remarks.Add($"{what} is malformed or too long and was left out");
            return without;
        }

        account = Kept("email", new() { Email = account.Email }, account with { Email = null, EmailVerified = false });
        account = Kept("phone_number", new() { PhoneNumber = account.PhoneNumber }, account with { PhoneNumber = null, PhoneNumberVerified = false });
        account = Kept("nickname", new() { Nickname = account.Nickname }, account with { Nickname = null });
        account = Kept("name", new() { Name = account.Name }, account with { Name = null });
        account = Kept("given_name", new() { GivenName = account.GivenName }, account with { GivenName = null });
        account = Kept("family_name", new() { FamilyName = account.FamilyName }, account with { FamilyName = null });
        account = Kept("middle_name", new() { MiddleName = account.MiddleName }, account with { MiddleName = null });
        account = Kept("profile", new() { Profile = account.Profile }, account with { Profile = null });
        account = Kept("picture", new() { Picture = account.Picture }, account with { Picture = null });
        account = Kept("website", new() { Website = account.Website }, account with { Website = null });
        account = Kept("gender", new() { Gender = account.Gender }, account with { Gender = null });
        account = Kept("birthdate", new() { Birthdate = account.Birthdate }, account with { Birthdate = null });
        account = Kept("zoneinfo", new() { Zoneinfo = account.Zoneinfo }, account with { Zoneinfo = null });
        return Kept("locale", new() { Locale = account.Locale }, account with { Locale = null });
    }

    private List<ClaimedName> NamesOf(NewAccount account)
    {
        var names = new List<ClaimedName>();
        void Add(string normal, string kind)
        {
            if (!names.Exists(name => string.Equals(name.Normal, normal, StringComparison.Ordinal)))
            {
                names.Add(new(normal, kind));
            }
        }

        foreach (var verified in new[] { true, false })
        {
            if (account.Email is { } email && account.EmailVerified == verified && (verified || !rules.IgnoreUnverified))
            {
                Add(SignInName.OfEmail(email)!.Normal, verified ? SignInName.Email : SignInName.UserName);
            }

            if (account.PhoneNumber is { } phone && account.PhoneNumberVerified == verified && (verified || !rules.IgnoreUnverified))
            {
                Add(SignInName.OfPhoneNumber(phone)!.Normal, verified ? SignInName.PhoneNumber : SignInName.UserName);
            }
        }

        if (account.UserName is { } userName)
        {
            Add(SignInName.Key(userName)!, SignInName.UserName);
        }

        return names;
    }
}
