using Identity.Tests.Support;

namespace Identity.Tests.Processes;

/// <summary>Two processes on one database, started in the same instant.</summary>
[Collection(OneAtATime.Name)]
public sealed class TwoNodesTests
{
    private const string Password = "correct horse battery";

    [Fact]
    public async Task Two_processes_on_one_SQLite_file_make_one_set_of_keys_and_share_refresh_families()
    {
        using var folder = new ServerFolder();
        await AssertOneServerAsync(folder);
    }

    [Fact]
    public async Task Two_processes_on_one_PostgreSQL_database_make_one_set_of_keys_and_share_refresh_families()
    {
        using var folder = new ServerFolder();
        await using var database = await PostgresDatabase.CreateAsync();
        await AssertOneServerAsync(folder, $"--ConnectionStrings:Identity={database.ConnectionString}", $"--Keys:MasterKeyFile={folder.MasterKey}");
    }

    private static async Task AssertOneServerAsync(ServerFolder folder, params string[] settings)
    {
        settings = [.. settings, "--Issuer=http://id.example"];
        await using var one = ServerProcess.Serve(folder, settings);
        await using var other = ServerProcess.Serve(folder, settings);
        // And an operator who cannot wait.
        var adding = ServerProcess.RunAsync(folder, ["users", "add", "--environment=Development", "--user-name", "shared", "--password", Password, .. settings]);
        await Task.WhenAll(one.ReadyAsync(), other.ReadyAsync());
        var (added, _, complaint) = await adding;
        Assert.True(added == 0, complaint);

        // Within seconds each sees the keys of the other, if there were any; they are the same from the start.
        var keys = (await one.GetAsync("/.well-known/jwks")).Json;
        Assert.Equal(["ES256", "RS256"], keys.GetProperty("keys").EnumerateArray().Select(key => key.GetProperty("alg").GetString()!).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Equal(keys.GetRawText(), (await other.GetAsync("/.well-known/jwks")).Json.GetRawText());
        Assert.Single(Directory.EnumerateFiles(folder.Path, "identity.key*"));

        var signedIn = await one.SignInAsync("shared", Password);
        Assert.True(signedIn.Status == 200, signedIn.Body);
        Assert.Equal(200, (await other.GetAsync("/connect/userinfo", signedIn.AccessToken)).Status);

        // Twenty racers on both: one rotation, one successor.
        var racers = await Task.WhenAll(Enumerable.Range(0, 20).Select(racer => (racer % 2 == 0 ? one : other).RefreshAsync(signedIn.RefreshToken)));
        Assert.All(racers, racer => Assert.True(racer.Status == 200, racer.Body));
        var successor = Assert.Single(racers.Select(racer => racer.RefreshToken).Distinct(StringComparer.Ordinal));
        var next = await other.RefreshAsync(successor);
        Assert.Equal(200, next.Status);

        // The first token is two generations old: whoever has it is a thief, and the other node hears of it at once.
        Assert.Equal(400, (await one.RefreshAsync(signedIn.RefreshToken)).Status);
        Assert.Equal(400, (await other.RefreshAsync(next.RefreshToken)).Status);
        Assert.Equal(401, (await other.GetAsync("/connect/userinfo", next.AccessToken)).Status);
    }
}
