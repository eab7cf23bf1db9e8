using Identity.Server.Data;
using Identity.Server.Jobs;
using Identity.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.Stores;

public sealed class SqlitePruningTests(SqliteStore store) : PruningContract(store), IClassFixture<SqliteStore>;

public sealed class PostgresPruningTests(PostgresStore store) : PruningContract(store), IClassFixture<PostgresStore>;

/// <summary>What is over goes in small commits, so that nobody who writes waits long for it.</summary>
public abstract class PruningContract
{
    private readonly StoreHost host;

    protected PruningContract(StoreHost host)
    {
        this.host = host;
        if (host.Missing is { } reason)
        {
            Assert.Skip(reason);
        }
    }

    [Fact]
    public async Task More_rows_than_one_commit_removes_go_all_the_same_and_those_that_count_stay()
    {
        var now = host.Clock.GetUtcNow();
        await host.Store.WriteAsync(
            async db =>
            {
                db.UsedProofs.AddRange(Enumerable.Range(0, (2 * Pruning.Batch) + 1).Select(n => new UsedProofRow { Key = $"old {n}", ExpiresAt = now.AddDays(-2) }));
                db.UsedProofs.Add(new UsedProofRow { Key = "new", ExpiresAt = now });
                // Tables whose keys have several columns.
                db.JobRuns.Add(new JobRunRow { Job = "a job", Node = "gone", LastRunAt = now.AddDays(-40) });
                db.JobRuns.Add(new JobRunRow { Job = "a job", Node = "here", LastRunAt = now });
                db.LogoutDeliveries.AddRange(
                    new LogoutDeliveryRow { Sid = "one", ClientId = "a", Subject = "u", Issuer = "https://id.example", DueAt = now.AddDays(-40), State = LogoutDeliveryRow.GivenUp },
                    new LogoutDeliveryRow { Sid = "one", ClientId = "b", Subject = "u", Issuer = "https://id.example", DueAt = now.AddDays(-40), State = LogoutDeliveryRow.Waiting });
                return await db.SaveChangesAsync();
            },
            default);
        var pruning = host.Services.GetRequiredService<Pruning>();
        Assert.Equal((2 * Pruning.Batch) + 3, await pruning.PruneAsync(default));
        var left = await host.Store.ReadAsync(
            async db => (await db.UsedProofs.Select(row => row.Key).ToListAsync(), await db.JobRuns.Where(row => row.Job == "a job").Select(row => row.Node).ToListAsync(), await db.LogoutDeliveries.Select(row => row.ClientId).ToListAsync()), default);
        Assert.Equal((["new"], ["here"], ["b"]), left, (one, other) => one.Item1.SequenceEqual(other.Item1, StringComparer.Ordinal) && one.Item2.SequenceEqual(other.Item2, StringComparer.Ordinal) && one.Item3.SequenceEqual(other.Item3, StringComparer.Ordinal));
        Assert.Equal(0, await pruning.PruneAsync(default));
    }
}
