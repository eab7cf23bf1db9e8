using System.Globalization;
using System.Text.Json.Nodes;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Accounts;

/// <summary>Everything that is stored about a person, for that person, in one JSON object. Of secrets it says only that they are there.</summary>
internal sealed class AccountExport(IdentityStore store, Consents consents, ILogger<AccountExport> logger)
{
    // What a trail of months can hold; the newest.
    private const int MaxEvents = 1000;

    public async Task<JsonObject> ReadAsync(Account account, CancellationToken cancellationToken)
    {
        var id = account.Id;
        var connections = await consents.ConnectionsAsync(id, cancellationToken);
        var export = await store.ReadAsync(
            async db => new JsonObject
            {
                ["subject"] = account.Subject,
                ["created_at"] = Instant(account.CreatedAt),
                ["updated_at"] = Instant(account.UpdatedAt),
                ["profile"] = Claims(account),
                ["sign_in_names"] = List(await db.SignInNames.Where(row => row.AccountId == id).OrderBy(row => row.Name).ToListAsync(cancellationToken), row => new JsonObject { ["name"] = row.Name, ["kind"] = row.Kind }),
                ["password"] = account.PasswordHash is not null,
                ["two_step_verification"] = account.TwoFactorEnabled,
                ["picture_content"] = await db.Pictures.Where(row => row.AccountId == id).SingleOrDefaultAsync(cancellationToken) is { } picture
                    ? new JsonObject { ["media_type"] = picture.MediaType, ["base64"] = Convert.ToBase64String(picture.Content), ["set_at"] = Instant(picture.SetAt) } : null,
                ["linked_accounts"] = List(await db.ExternalIdentities.Where(row => row.AccountId == id).ToListAsync(cancellationToken), row => new JsonObject
                { ["provider"] = row.Provider, ["app_id"] = row.AppId, ["open_id"] = row.OpenId, ["union_id"] = row.UnionId, ["linked_at"] = Instant(row.LinkedAt) }),
                ["sessions"] = List(await db.Sessions.Where(row => row.AccountId == id).OrderBy(row => row.AuthTime).ToListAsync(cancellationToken), row => new JsonObject
                { ["signed_in_at"] = Instant(row.AuthTime), ["seen_at"] = Instant(row.SeenAt), ["ended_at"] = Instant(row.EndedAt), ["methods"] = row.Amr, ["address"] = row.Address, ["user_agent"] = row.UserAgent }),
                ["applications"] = List(connections, one => new JsonObject
                { ["client_id"] = one.ClientId, ["scopes"] = string.Join(' ', one.Scopes), ["since"] = Instant(one.Since), ["used_at"] = Instant(one.UsedAt) }),
                ["api_key"] = await db.ApiKeys.Where(row => row.AccountId == id).SingleOrDefaultAsync(cancellationToken) is { } key
                    ? new JsonObject { ["set_at"] = Instant(key.SetAt), ["set_from"] = key.SetFrom, ["expires_at"] = Instant(key.ExpiresAt) } : null,
                ["passkeys"] = List(await db.Passkeys.Where(row => row.AccountId == id).OrderBy(row => row.CreatedAt).ToListAsync(cancellationToken), row => new JsonObject
                { ["name"] = row.Name, ["credential_id"] = row.CredentialId, ["transports"] = row.Transports, ["backed_up"] = row.BackedUp, ["created_at"] = Instant(row.CreatedAt), ["used_at"] = Instant(row.UsedAt) }),
                ["authenticator_app"] = await db.TotpSecrets.Where(row => row.AccountId == id && row.ConfirmedAt != null).SingleOrDefaultAsync(cancellationToken) is { } app
                    ? new JsonObject { ["confirmed_at"] = Instant(app.ConfirmedAt) } : null,
                ["recovery_codes_left"] = await db.RecoveryCodes.CountAsync(row => row.AccountId == id && row.UsedAt == null, cancellationToken),
                ["app_passwords"] = List(await db.AppPasswords.Where(row => row.AccountId == id).OrderBy(row => row.CreatedAt).ToListAsync(cancellationToken), row => new JsonObject
                { ["name"] = row.Name, ["created_at"] = Instant(row.CreatedAt), ["last_used_at"] = Instant(row.LastUsedAt) }),
                ["remembered_devices"] = List(await db.RememberedDevices.Where(row => row.AccountId == id).OrderBy(row => row.CreatedAt).ToListAsync(cancellationToken), row => new JsonObject
                { ["created_at"] = Instant(row.CreatedAt), ["expires_at"] = Instant(row.ExpiresAt) }),
                ["legacy_memberships"] = List(await db.LegacyMembers.Where(row => row.AccountId == id).ToListAsync(cancellationToken), row => new JsonObject
                {
                    ["api"] = row.Api,
                    ["number"] = row.Number,
                    ["visits"] = row.VisitCount,
                    ["last_visit_at"] = Instant(row.LastVisitAt),
                    ["last_address"] = row.LastAddress,
                    ["profile"] = row.Profile is { } profile ? JsonNode.Parse(profile) : null,
                }),
                ["events"] = List(await db.AuditEvents.Where(row => row.Subject == account.Subject).OrderByDescending(row => row.Id).Take(MaxEvents).ToListAsync(cancellationToken), row => new JsonObject
                { ["at"] = Instant(row.At), ["what"] = row.What, ["address"] = row.Address, ["client_id"] = row.ClientId, ["outcome"] = row.Outcome }),
            },
            cancellationToken);
        AuditLog.DataExported(logger, account.Subject);
        return export;
    }

    private static JsonObject Claims(Account account) => new(new[]
    {
        ("preferred_username", account.UserName), ("email", account.Email), ("phone_number", account.PhoneNumber), ("name", account.Name), ("given_name", account.GivenName),
        ("family_name", account.FamilyName), ("middle_name", account.MiddleName), ("nickname", account.Nickname), ("profile", account.Profile), ("picture", account.Picture),
        ("website", account.Website), ("gender", account.Gender), ("birthdate", account.Birthdate), ("zoneinfo", account.Zoneinfo), ("locale", account.Locale),
    }.Where(claim => claim.Item2 is not null).Select(claim => KeyValuePair.Create(claim.Item1, (JsonNode?)claim.Item2)).Append(KeyValuePair.Create("address", account.Address is { } address ? JsonNode.Parse(address) : null)));

    private static JsonArray List<T>(IEnumerable<T> rows, Func<T, JsonObject> write) => new([.. rows.Select(write)]);

    private static string? Instant(DateTimeOffset? instant) => instant?.ToString("yyyy-MM-ddTHH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
