using System.Security.Cryptography;
using Identity.Server.Accounts;
using Identity.Server.Data;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Import;

/// <param name="Store">Null in a dry run without a database.</param>
internal sealed record ImportTarget(IdentityStore? Store, string Api, int WrapIterations, bool DryRun);

/// <summary>
/// Writes people, some hundred in each commit. Who is there already is known by API and number, so a run that was killed is
/// begun again from the top and comes to the same end.
/// </summary>
internal sealed class MemberImport(ImportTarget target, ImportReport report, TimeProvider clock)
{
    public const int BatchLength = 500;

    private const int MaxRetries = 5;

    // A dry run writes nothing, so it remembers.
    private readonly Dictionary<string, NameHolder> dryNames = new(StringComparer.Ordinal);
    private readonly Dictionary<int, int> linesOfNumbers = [];

    public int Imported { get; private set; }

    public int AlreadyThere { get; private set; }

    public async Task ImportAsync(IReadOnlyList<ReadRow> batch, CancellationToken cancellationToken)
    {
        var (people, told) = (new List<ImportRow>(), new List<(int Line, int? Number, bool Skipped, string Reason)>());
        foreach (var row in batch)
        {
            told.AddRange(row.Remarks.Select(remark => (row.Line, row.Number, false, remark)));
            if (row.Problem is { } problem)
            {
                told.Add((row.Line, row.Number, true, problem));
            }
            else if (!linesOfNumbers.TryAdd(row.Person!.Number, row.Line))
            {
                told.Add((row.Line, row.Number, true, $"line {linesOfNumbers[row.Person.Number]} has the same number"));
            }
            else
            {
                people.Add(row.Person);
            }
        }

        var known = target.Store is null ? [] : await target.Store.ReadAsync(db => KnownAsync(db, people, cancellationToken), cancellationToken);
        var hashes = Hash([.. people.Where(row => !known.ContainsKey(row.Number))], cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            var outcome = new Outcome { Remarks = [.. told] };
            try
            {
                if (target.Store is null || target.DryRun)
                {
                    await RehearseAsync(people, known, outcome, cancellationToken);
                }
                else
                {
                    await target.Store.TransactAsync(
                        async db =>
                        {
                            // Anew, for the store may run this again.
                            outcome = new Outcome { Remarks = [.. told] };
                            return (true, await WriteAsync(db, people, hashes, outcome, cancellationToken));
                        },
                        cancellationToken);
                }
            }
            catch (DbUpdateException) when (attempt < MaxRetries)
            {
                // Somebody registered one of the names since it was looked up, on a database with many writers. The key has decided; now this batch decides again.
                continue;
            }

            (Imported, AlreadyThere) = (Imported + outcome.Winners.Count, AlreadyThere + outcome.AlreadyThere);
            return;
        }
    }

    // Slow on purpose, and so on every processor. Those who are there already cost nothing.
    private Dictionary<int, string> Hash(IReadOnlyList<ImportRow> people, CancellationToken cancellationToken)
    {
        if (target.DryRun)
        {
            return [];
        }

        var fast = people.Where(row => row.Hash.Fast is not null).ToList();
        var wrapped = new string[fast.Count];
        Parallel.For(0, fast.Count, new ParallelOptions { CancellationToken = cancellationToken }, i => wrapped[i] = fast[i].Hash.Fast!.Wrap(target.WrapIterations));
        return fast.Zip(wrapped).ToDictionary(pair => pair.First.Number, pair => pair.Second);
    }

    private async Task RehearseAsync(List<ImportRow> people, Dictionary<int, bool> known, Outcome outcome, CancellationToken cancellationToken)
    {
        var holders = target.Store is null ? [] : await target.Store.ReadAsync(db => HoldersAsync(db, people, cancellationToken), cancellationToken);
        foreach (var (name, holder) in holders)
        {
            dryNames.TryAdd(name, holder);
        }

        Decide(people, known, new(dryNames), outcome);
        Tell(outcome);
    }

    private async Task<bool> WriteAsync(IdentityDb db, List<ImportRow> people, Dictionary<int, string> hashes, Outcome outcome, CancellationToken cancellationToken)
    {
        // One import at a time, and nobody is given a number meanwhile.
        await db.LockAsync("import", cancellationToken);
        await db.Database.ExecuteSqlAsync(
            $"INSERT INTO legacy_counters (api, next_number) VALUES ({target.Api}, 1) ON CONFLICT (api) DO UPDATE SET next_number = legacy_counters.next_number", cancellationToken);
        Decide(people, await KnownAsync(db, people, cancellationToken), new(await HoldersAsync(db, people, cancellationToken)), outcome);
        if (outcome.Winners.Count > 0)
        {
            await AddAsync(db, outcome, hashes, cancellationToken);
        }

        Tell(outcome);
        return true;
    }

    private async Task AddAsync(IdentityDb db, Outcome outcome, Dictionary<int, string> hashes, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var accounts = outcome.Winners.ToDictionary(winner => winner.Row.Number, winner => AccountOf(winner.Row, hashes, now));
        db.ChangeTracker.AutoDetectChangesEnabled = false;
        db.AddRange(outcome.Winners.Select(winner => MemberOf(winner.Row, accounts[winner.Row.Number], now)));

        // A name that passed from one row of this batch to another belongs to the last.
        var names = outcome.Winners.SelectMany(winner => winner.Names, (winner, won) => (winner.Row, won.Name, won.Before));
        var taken = new List<(ImportRow Row, ClaimedName Name)>();
        foreach (var ofName in names.GroupBy(claim => claim.Name.Normal, StringComparer.Ordinal))
        {
            var (row, name, _) = ofName.Last();
            if (ofName.First().Before is null)
            {
                db.Add(new SignInNameRow { Name = name.Normal, Kind = name.Kind, Account = accounts[row.Number] });
            }
            else
            {
                taken.Add((row, name));
            }
        }

        await db.SaveChangesAsync(cancellationToken);
        foreach (var (row, name) in taken)
        {
            var owner = accounts[row.Number].Id;
            var moved = await db.SignInNames.Where(found => found.Name == name.Normal && found.Kind == SignInName.UserName)
                .ExecuteUpdateAsync(set => set.SetProperty(found => found.AccountId, owner).SetProperty(found => found.Kind, name.Kind), cancellationToken);
            if (moved == 0)
            {
                throw new DbUpdateException("A name has changed hands since it was looked up.");
            }
        }

        var next = outcome.Winners.Max(winner => winner.Row.Number) + 1;
        await db.Database.ExecuteSqlAsync($"UPDATE legacy_counters SET next_number = {next} WHERE api = {target.Api} AND next_number < {next}", cancellationToken);
    }

    private void Tell(Outcome outcome)
    {
        foreach (var (line, number, skipped, reason) in outcome.Remarks.OrderBy(remark => remark.Line))
        {
            if (skipped)
            {
                report.Skip(line, number, reason);
            }
            else
            {
                report.Remark(line, number, reason);
            }
        }

        report.Flush();
    }

    private static void Decide(List<ImportRow> people, Dictionary<int, bool> known, NameBook names, Outcome outcome)
    {
        foreach (var row in people)
        {
            if (known.TryGetValue(row.Number, out var imported))
            {
                outcome.AlreadyThere += imported ? 1 : 0;
                if (!imported)
                {
                    outcome.Remarks.Add((row.Line, row.Number, true, "the number belongs to an account of this server"));
                }

                continue;
            }

            var won = names.Claim(row, reason => outcome.Remarks.Add((row.Line, row.Number, false, reason)));
            if (won.Count == 0)
            {
                outcome.Remarks.Add((row.Line, row.Number, true, "no sign-in name was left"));
                continue;
            }

            outcome.Winners.Add((row, won));
        }
    }

    /// <summary>Numbers that are given already, and whether an import gave them.</summary>
    private async Task<Dictionary<int, bool>> KnownAsync(IdentityDb db, List<ImportRow> people, CancellationToken cancellationToken)
    {
        var numbers = people.Select(row => row.Number).ToList();
        return await db.LegacyMembers.AsNoTracking().Where(member => member.Api == target.Api && numbers.Contains(member.Number))
            .Select(member => new { member.Number, Imported = member.ImportedAt != null })
            .ToDictionaryAsync(member => member.Number, member => member.Imported, cancellationToken);
    }

    private static async Task<Dictionary<string, NameHolder>> HoldersAsync(IdentityDb db, List<ImportRow> people, CancellationToken cancellationToken)
    {
        var wanted = people.SelectMany(row => row.Names).Select(name => name.Normal).Distinct(StringComparer.Ordinal).ToList();
        return await db.SignInNames.AsNoTracking().Where(row => wanted.Contains(row.Name))
            .ToDictionaryAsync(row => row.Name, row => new NameHolder(row.Kind, null), StringComparer.Ordinal, cancellationToken);
    }

    private static Account AccountOf(ImportRow row, Dictionary<int, string> hashes, DateTimeOffset now)
    {
        var account = AccountRegistry.Build(row.Account, row.Hash.Fast is null ? row.Hash.Stored : hashes[row.Number], row.CreatedAt ?? now);
        account.UpdatedAt = row.UpdatedAt ?? account.CreatedAt;
        account.DisabledAt = row.Disabled ? now : null;
        account.SecurityStamp = Convert.ToHexString(RandomNumberGenerator.GetBytes(20));
        return account;
    }

    private LegacyMemberRow MemberOf(ImportRow row, Account account, DateTimeOffset now) => new()
    {
        Api = target.Api,
        Account = account,
        Number = row.Number,
        VisitCount = row.VisitCount,
        LastVisitAt = row.LastVisitAt,
        LastAddress = row.LastAddress,
        Profile = row.Fields,
        ImportedAt = now,
    };

    private sealed class Outcome
    {
        public List<(ImportRow Row, IReadOnlyList<(ClaimedName Name, NameHolder? Before)> Names)> Winners { get; } = [];

        public required List<(int Line, int? Number, bool Skipped, string Reason)> Remarks { get; init; }

        public int AlreadyThere { get; set; }
    }
}
