using System.Globalization;
using Identity.Tests.Support;

namespace Identity.Tests.Processes;

/// <summary>The first start migrates, makes the master key, roots and signing keys. Killed anywhere in it, the next start goes on.</summary>
[Collection(OneAtATime.Name)]
public sealed class FirstStartTests
{
    public static TheoryData<string> Instants => ["write-ahead log", "draft of the master key", "first signing key"];

    [Theory]
    [MemberData(nameof(Instants))]
    public async Task A_first_start_that_is_killed_anywhere_is_completed_by_the_next(string instant)
    {
        using var folder = new ServerFolder();
        await using (var killed = ServerProcess.Serve(folder))
        {
            await ReachAsync(killed, folder, instant);
            await killed.KillAsync();
        }

        await using var server = await ServerProcess.Serve(folder).ReadyAsync();
        await AssertServesAsync(server);
        await server.KillAsync();
        AssertWhole(folder);
    }

    [Fact]
    public async Task A_first_start_that_is_killed_again_and_again_is_completed_in_the_end()
    {
        using var folder = new ServerFolder();
        foreach (var instant in new[] { "database file", "migration", "master key", "mail folder" })
        {
            await using var killed = ServerProcess.Serve(folder);
            await ReachAsync(killed, folder, instant);
            await killed.KillAsync();
        }

        await using var server = await ServerProcess.Serve(folder).ReadyAsync();
        await AssertServesAsync(server);
        await server.KillAsync();
        AssertWhole(folder);
    }

    // The instant is seen from outside and a little late, by a different little each time; that is the point.
    private static async Task ReachAsync(ServerProcess server, ServerFolder folder, string instant)
    {
        Func<bool> reached = instant switch
        {
            "database file" => () => File.Exists(folder.Database),
            "write-ahead log" => () => File.Exists(folder.Database + "-wal"),
            "migration" => () => server.Output.Contains("Applying migration", StringComparison.Ordinal) || File.Exists(folder.MasterKey),
            "draft of the master key" => () => Directory.EnumerateFiles(folder.Path, "identity.key*").Any(),
            "master key" => () => File.Exists(folder.MasterKey),
            "first signing key" => () => server.Output.Contains("Signing key", StringComparison.Ordinal),
            "mail folder" => () => Directory.Exists(folder.In("mail")),
            _ => throw new ArgumentOutOfRangeException(nameof(instant)),
        };

        // Without a pause between two looks: the steps are milliseconds apart.
        var patience = DateTimeOffset.UtcNow.AddMinutes(1);
        while (!reached())
        {
            Assert.False(server.HasExited, $"The server ended before {instant}.\n{server.Output}\n{server.Error}");
            Assert.True(DateTimeOffset.UtcNow < patience, $"The server did not reach {instant}.\n{server.Output}\n{server.Error}");
            await Task.Yield();
        }
    }

    private static async Task AssertServesAsync(ServerProcess server)
    {
        var answer = await server.PostAsync("/connect/token", [("grant_type", "client_credentials")]);
        Assert.True(answer.Status == 200, answer.Body);
        Assert.Equal(2, (await server.GetAsync("/.well-known/jwks")).Json.GetProperty("keys").GetArrayLength());
    }

    private static void AssertWhole(ServerFolder folder)
    {
        Assert.Equal("ok", folder.Query("PRAGMA integrity_check")[0][0]);
        Assert.Equal("ES256 1,RS256 1", string.Join(',', folder.Query("SELECT algorithm, count(*) FROM signing_keys GROUP BY algorithm ORDER BY algorithm").Select(row => string.Create(CultureInfo.InvariantCulture, $"{row[0]} {row[1]}"))));
        // Nobody but the owner may read the master key, however it came to be.
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(folder.MasterKey));
        Assert.Equal(1L, folder.Query("SELECT count(*) FROM root_keys")[0][0]);
        Assert.Equal(1L, folder.Query("SELECT count(*) FROM settings WHERE name = 'master_key_fingerprint'")[0][0]);
    }
}
