using Identity.Server.Accounts;
using Identity.Server.Data;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.Support;

/// <summary>What an operator or a later room does to an account or a row, done in the database.</summary>
internal static class Accounts
{
    public static async Task DisableAccountAsync(this IdentityHost host, string name)
    {
        var now = host.Clock.GetUtcNow();
        Assert.Equal(1, await host.WriteAsync(db => Named(db, name).ExecuteUpdateAsync(set => set.SetProperty(account => account.DisabledAt, now))));
    }

    public static async Task RequireTwoStepsAsync(this IdentityHost host, string name) =>
        Assert.Equal(1, await host.WriteAsync(db => Named(db, name).ExecuteUpdateAsync(set => set.SetProperty(account => account.TwoFactorEnabled, true))));

    /// <summary>Everything that the account had open is over from now on.</summary>
    public static async Task EndSessionsAsync(this IdentityHost host, string name)
    {
        var now = host.Clock.GetUtcNow();
        Assert.Equal(1, await host.WriteAsync(db => Named(db, name).ExecuteUpdateAsync(set => set.SetProperty(account => account.SessionsEndedAt, now))));
    }

    public static Task<Account> FindAccountAsync(this IdentityHost host, string name) =>
        host.Store.ReadAsync(db => Named(db, name).AsNoTracking().SingleAsync(), CancellationToken.None);

    public static Task<int> WriteAsync(this IdentityHost host, Func<IdentityDb, Task<int>> write) => host.Store.WriteAsync(write, CancellationToken.None);

    public static Task<T> ReadAsync<T>(this IdentityHost host, Func<IdentityDb, Task<T>> read) => host.Store.ReadAsync(read, CancellationToken.None);

    private static IQueryable<Account> Named(IdentityDb db, string name)
    {
        var normal = SignInName.Read(name)!.Normal;
        return db.Accounts.Where(account => db.SignInNames.Any(row => row.Name == normal && row.AccountId == account.Id));
    }
}
