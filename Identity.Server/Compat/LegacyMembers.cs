using System.Data.Common;
using System.Text.Json;
using Identity.Compat;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Compat;

/// <summary>What each legacy API keeps of an account: its number, its visits, its own fields.</summary>
internal sealed class LegacyMembers(IdentityStore store, CompatOptions options, TimeProvider clock)
{
    private readonly Lazy<(Statement Statement, Func<DbDataReader, LegacyMemberRow> Read)> count = new(() => Counting(store));

    /// <summary>Counts a visit and answers the member as it is afterwards. The first visit allots the number.</summary>
    public async Task<LegacyMember> VisitAsync(string api, Account account, Caller caller, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var row = await CountAsync();
        if (row is null)
        {
            await NumberAsync(api, account, cancellationToken);
            row = await CountAsync() ?? throw new InvalidOperationException("A member went while it paid its first visit.");
        }

        return new LegacyMember
        {
            Number = row.Number,
            UserName = account.UserName,
            Name = account.Name,
            Nickname = account.Nickname,
            Email = account.Email,
            PhoneNumber = National(account.PhoneNumber),
            Picture = account.Picture,
            Gender = account.Gender,
            Birthdate = account.Birthdate,
            CreatedAt = account.CreatedAt,
            UpdatedAt = account.UpdatedAt,
            VisitCount = row.VisitCount,
            LastVisitAt = row.LastVisitAt,
            LastAddress = row.LastAddress,
            Profile = row.Profile is { } profile ? JsonElement.Parse(profile) : default,
        };

        Task<LegacyMemberRow?> CountAsync() =>
            store.WriteReturningAsync(count.Value.Statement, count.Value.Read, cancellationToken, api, account.Id, now.ToUnixTimeMilliseconds(), caller.Address);
    }

    /// <summary>The account's number in an API, allotted when it has none yet; no visit.</summary>
    public Task<int> NumberAsync(string api, Account account, CancellationToken cancellationToken) => store.TransactAsync(
        async db =>
        {
            await AllotAsync(db, api, account.Id, cancellationToken);
            return (true, await db.LegacyMembers.Where(member => member.Api == api && member.AccountId == account.Id).Select(member => member.Number).SingleAsync(cancellationToken));
        },
        cancellationToken);

    internal static (Statement Statement, Func<DbDataReader, LegacyMemberRow> Read) Counting(IdentityStore store)
    {
        var members = store.Shape<LegacyMemberRow>();
        return (
            new($"UPDATE legacy_members SET visit_count = visit_count + 1, last_visit_at = @p2, last_address = @p3 WHERE api = @p0 AND account_id = @p1 RETURNING {members.Columns("legacy_members")}"),
            reader => members.Read(reader, 0)
        );
    }

    // The counter hands out each number once; one that an import brought is passed over.
    private async Task AllotAsync(IdentityDb db, string api, int accountId, CancellationToken cancellationToken)
    {
        var from = NumbersFrom(api);
        await db.Database.ExecuteSqlAsync($"INSERT INTO legacy_counters (api, next_number) VALUES ({api}, {from}) ON CONFLICT DO NOTHING", cancellationToken);
        while (!await db.LegacyMembers.AnyAsync(member => member.Api == api && member.AccountId == accountId, cancellationToken))
        {
            var next = await db.Database.SqlQuery<int>(
                $"UPDATE legacy_counters SET next_number = CASE WHEN next_number < {from} THEN {from} ELSE next_number END + 1 WHERE api = {api} RETURNING next_number AS \"Value\"").ToListAsync(cancellationToken);
            var number = next[0] - 1;
            await db.Database.ExecuteSqlAsync(
                $"INSERT INTO legacy_members (api, account_id, number, visit_count, last_visit_at) VALUES ({api}, {accountId}, {number}, 0, 0) ON CONFLICT DO NOTHING", cancellationToken);
        }
    }

    // Their clients know Chinese mobile numbers as eleven digits and nothing else.
    private static string? National(string? e164) => e164 is ['+', '8', '6', '1', ..] and { Length: 14 } ? e164[3..] : e164;

    private int NumbersFrom(string api) => api switch
    {
        LegacyApis.CloudMind => options.CloudMind.NumbersFrom,
        LegacyApis.NleCloud => options.NleCloud.NumbersFrom,
        _ => options.RageFrame.NumbersFrom,
    };
}
