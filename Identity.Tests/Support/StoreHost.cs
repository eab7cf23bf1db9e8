using Identity.Server;
using Identity.Server.Accounts;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Issuing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Identity.Tests.Support;

/// <summary>The server's parts on a real database, without a socket. Several nodes may stand on it.</summary>
public abstract class StoreHost : IAsyncLifetime
{
    private readonly List<WebApplication> nodes = [];

    /// <summary>Why this database cannot be had here; null where it can.</summary>
    public virtual string? Missing => null;

    public ManualClock Clock { get; } = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public string Folder { get; } = Directory.CreateTempSubdirectory("identity-store-").FullName;

    public IServiceProvider Services => nodes[0].Services;

    internal IdentityStore Store => Services.GetRequiredService<IdentityStore>();

    internal static Caller Caller { get; } = new("https://id.example", "192.0.2.1", "192.0.2.1");

    protected abstract string ConnectionString { get; }

    public async ValueTask InitializeAsync()
    {
        if (Missing is null)
        {
            await CreateAsync();
            await AddNodeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var node in nodes)
        {
            await node.DisposeAsync();
        }

        SqliteConnection.ClearAllPools();
        await DropAsync();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Another node on the same database: its own caches, snapshots and gates.</summary>
    public async Task<IServiceProvider> AddNodeAsync()
    {
        var node = ServerApplication.Build(
            [
                "--environment=Development",
                $"--ConnectionStrings:Identity={ConnectionString}",
                $"--Keys:MasterKeyFile={Path.Combine(Folder, "master.key")}",
                $"--Mail:PickupDirectory={Path.Combine(Folder, "mail")}",
                "--Accounts:PasswordIterations=1",
            ],
            [],
            builder =>
            {
                builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock));
                builder.Logging.ClearProviders();
            });
        lock (nodes)
        {
            nodes.Add(node);
        }

        await node.PrepareAsync();
        return node.Services;
    }

    internal async Task<Account> AddAccountAsync(string userName)
    {
        var (account, mistake) = await Services.GetRequiredService<AccountRegistry>().CreateAsync(new NewAccount { UserName = userName, Password = "correct horse battery" }, "test", CancellationToken.None);
        Assert.Equal(AccountMistake.None, mistake);
        return account!;
    }

    protected virtual ValueTask CreateAsync() => ValueTask.CompletedTask;

    protected virtual ValueTask DropAsync() => ValueTask.CompletedTask;
}

/// <summary>On a SQLite file.</summary>
public sealed class SqliteStore : StoreHost
{
    protected override string ConnectionString => $"Data Source={Path.Combine(Folder, "identity.db")}";
}

/// <summary>On a PostgreSQL database of its own, where a server is given.</summary>
public sealed class PostgresStore : StoreHost
{
    private PostgresDatabase? database;

    public override string? Missing => PostgresDatabase.Missing;

    protected override string ConnectionString => database!.ConnectionString;

    protected override async ValueTask CreateAsync() => database = await PostgresDatabase.CreateAsync();

    protected override async ValueTask DropAsync()
    {
        if (database is not null)
        {
            await database.DisposeAsync();
        }
    }
}
