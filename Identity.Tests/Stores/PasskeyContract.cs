using System.Net;
using Identity.OpenId.Errors;
using Identity.Server.Data;
using Identity.Server.Passkeys;
using Identity.Tests.Support;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.Stores;

public sealed class SqlitePasskeyTests(SqliteStore store) : PasskeyContract(store), IClassFixture<SqliteStore>;

public sealed class PostgresPasskeyTests(PostgresStore store) : PasskeyContract(store), IClassFixture<PostgresStore>;

/// <summary>What passkeys rely on in the database, the same for both.</summary>
public abstract class PasskeyContract
{
    private const int Racers = 50;

    private readonly StoreHost host;

    protected PasskeyContract(StoreHost host)
    {
        this.host = host;
        if (host.Missing is { } reason)
        {
            Assert.Skip(reason);
        }
    }

    private AccountPasskeys Passkeys => host.Services.GetRequiredService<AccountPasskeys>();

    [Fact]
    public async Task A_passkey_is_kept_as_it_was_made_and_found_by_its_person_alone()
    {
        using var authenticator = Authenticator();
        authenticator.BackupEligible = true;
        var (owner, other) = (await host.AddAccountAsync("passkey-owner"), await host.AddAccountAsync("passkey-other"));
        Assert.Equal(PasskeyMistake.None, await AddAsync(owner, authenticator));
        Assert.Equal(PasskeyMistake.Refused, await AddAsync(other, authenticator));

        var store = host.Services.GetRequiredService<PasskeyStore>();
        var found = await store.FindPasskeyAsync(owner, authenticator.Id, default);
        Assert.Equal((true, false, "internal hybrid"), (found!.IsBackupEligible, found.IsBackedUp, string.Join(' ', found.Transports!)));
        Assert.NotEmpty(found.PublicKey);
        Assert.Null(await store.FindPasskeyAsync(other, authenticator.Id, default));
        Assert.Equal(owner.Id, (await store.FindByPasskeyIdAsync(authenticator.Id, default))!.Id);
        Assert.Equal(owner.Id, (await store.FindByIdAsync(owner.Subject, default))!.Id);
        Assert.Null(await store.FindByIdAsync("u_\0", default));

        await host.Store.WriteAsync(db => db.Accounts.Where(row => row.Id == owner.Id).ExecuteDeleteAsync(), default);
        Assert.Empty(await Passkeys.OfAsync(owner.Id, default));
    }

    [Fact]
    public async Task Of_fifty_answers_with_one_counter_one_counts_and_of_fifty_without_all()
    {
        using var authenticator = Authenticator();
        var account = await host.AddAccountAsync("passkey-counter");
        Assert.Equal(PasskeyMistake.None, await AddAsync(account, authenticator));
        Assert.Single(await RaceAsync(account, authenticator, count: 7), verdict => verdict is RefusalReason.None);
        Assert.All(await RaceAsync(account, authenticator, count: 6), verdict => Assert.Equal(RefusalReason.CopiedPasskey, verdict));
        Assert.All(await RaceAsync(account, authenticator, count: 0), verdict => Assert.Equal(RefusalReason.CopiedPasskey, verdict));

        using var silent = Authenticator();
        (silent.Count, silent.Step) = (0, 0);
        Assert.Equal(PasskeyMistake.None, await AddAsync(account, silent));
        Assert.All(await RaceAsync(account, silent, count: 0), verdict => Assert.Equal(RefusalReason.None, verdict));
    }

    [Fact]
    public async Task Of_fifty_who_send_one_form_one_adds()
    {
        using var authenticator = Authenticator();
        var account = await host.AddAccountAsync("passkey-racer");
        var (http, session) = (Http(), Session(account));
        var offer = await Passkeys.OfferAsync(http, session, default);
        var credential = authenticator.Create(offer!.Options);
        var verdicts = await Task.WhenAll(Enumerable.Range(0, Racers).Select(_ => Task.Run(() => Passkeys.AddAsync(Http(), session, offer.Challenge, credential, "A key", default))));
        Assert.Single(verdicts, verdict => verdict is PasskeyMistake.None);
        Assert.Single(await Passkeys.OfAsync(account.Id, default));
    }

    private async Task<RefusalReason[]> RaceAsync(Account account, SoftAuthenticator authenticator, uint count) => await Task.WhenAll(Enumerable.Range(0, Racers).Select(_ => Task.Run(() => Passkeys.CountAsync(
        account, new UserPasskeyInfo(authenticator.Id, [], DateTimeOffset.UnixEpoch, count, [], true, false, false, [], []), StoreHost.Caller, default))));

    private async Task<PasskeyMistake> AddAsync(Account account, SoftAuthenticator authenticator)
    {
        var (http, session) = (Http(), Session(account));
        var offer = await Passkeys.OfferAsync(http, session, default);
        return await Passkeys.AddAsync(http, session, offer!.Challenge, authenticator.Create(offer.Options), "A key", default);
    }

    private static SoftAuthenticator Authenticator() => new("https://id.example") { RelyingPartyId = "id.example" };

    private static SessionRow Session(Account account) => new() { Sid = "a session", HandleHash = "", AccountId = account.Id, Account = account, Issuer = "https://id.example", Amr = "pwd" };

    private DefaultHttpContext Http()
    {
        var http = new DefaultHttpContext { RequestServices = host.Services };
        (http.Request.Scheme, http.Request.Host, http.Connection.RemoteIpAddress) = ("https", new HostString("id.example"), IPAddress.Loopback);
        return http;
    }
}
