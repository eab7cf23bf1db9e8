using System.Collections.Concurrent;
using System.Globalization;
using Identity.Server.Data;
using Identity.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.Stores;

/// <summary>Statements of many requests in one commit: each is told its own verdict, and only when it stands.</summary>
public sealed class GroupCommitTests(SqliteStore store) : IClassFixture<SqliteStore>
{
    private static readonly Statement Insert = new("INSERT INTO revoked_tokens (jti, expires_at) VALUES (@p0, @p1)");
    private static readonly Statement InsertOrGiveUp = new("INSERT OR ROLLBACK INTO revoked_tokens (jti, expires_at) VALUES (@p0, @p1)");
    private static readonly Statement Once = new("UPDATE revoked_tokens SET expires_at = expires_at + 1 WHERE jti = @p0 AND expires_at = @p1");

    [Fact]
    public async Task Whoever_is_told_finds_it_written()
    {
        var lost = new ConcurrentBag<string>();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(index => Task.Run(async () =>
        {
            var jti = string.Create(CultureInfo.InvariantCulture, $"written {index}");
            Assert.True(await WriteAsync(Insert, jti, 1L));
            if (!await store.Store.ReadAsync(db => db.RevokedTokens.AnyAsync(row => row.Jti == jti), default))
            {
                lost.Add(jti);
            }
        })));
        Assert.Empty(lost);
    }

    [Fact]
    public async Task Fifty_racers_have_one_winner_though_they_share_a_commit()
    {
        Assert.True(await WriteAsync(Insert, "raced", 7L));
        var racers = await InOneGroupAsync(Enumerable.Range(0, 50).Select(_ => (Once, "raced", 7L)));
        Assert.Equal(1, racers.Count(racer => racer.IsCompletedSuccessfully && racer.Result));
    }

    [Fact]
    public async Task A_statement_that_fails_takes_nobody_with_it()
    {
        Assert.True(await WriteAsync(Insert, "twice", 1L));
        var writes = await InOneGroupAsync([(Insert, "before", 1L), (Insert, "twice", 1L), (Insert, "behind", 1L)]);
        Assert.Equal([true, false, true], writes.Select(write => write.IsCompletedSuccessfully));
        Assert.IsType<SqliteException>(writes[1].Exception!.InnerException);
        Assert.Equal(2, await store.Store.ReadAsync(db => db.RevokedTokens.CountAsync(row => row.Jti == "before" || row.Jti == "behind"), default));
    }

    [Fact]
    public async Task Where_SQLite_gives_up_the_transaction_everybody_hears_of_it_and_nothing_stands()
    {
        Assert.True(await WriteAsync(Insert, "full", 1L));
        var writes = await InOneGroupAsync([(Insert, "early", 1L), (InsertOrGiveUp, "full", 1L), (Insert, "late", 1L)]);
        Assert.All(writes, write => Assert.IsType<SqliteException>(write.Exception!.InnerException));
        Assert.Equal(0, await store.Store.ReadAsync(db => db.RevokedTokens.CountAsync(row => row.Jti == "early" || row.Jti == "late"), default));
        // And it goes on.
        Assert.True(await WriteAsync(Insert, "afterwards", 1L));
    }

    private Task<bool> WriteAsync(Statement statement, string jti, long expiresAt) => store.Store.WriteOnceAsync(statement, LostAnswer.Repeat, default, jti, expiresAt);

    // They all arrive while the gate is shut; the first of them holds the writer there.
    private async Task<IReadOnlyList<Task<bool>>> InOneGroupAsync(IEnumerable<(Statement Statement, string Jti, long ExpiresAt)> wanted)
    {
        List<Task<bool>> writes;
        using (await store.Services.GetRequiredService<WriteGate>().EnterAsync(default))
        {
            writes = [.. wanted.Select(one => WriteAsync(one.Statement, one.Jti, one.ExpiresAt))];
        }

        await Task.WhenAll(writes.Select(write => write.ContinueWith(_ => { }, TaskScheduler.Default)));
        return writes;
    }
}
