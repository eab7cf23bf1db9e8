using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Identity.OpenId.Clients;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Accounts;

/// <summary>Makes accounts, with their sign-in names, in one transaction.</summary>
internal sealed class AccountRegistry(IServiceScopeFactory scopes, IdentityStore store, WriteGate gate, PasswordRule rule, HashQueue hashes, TimeProvider clock, ILogger<AccountRegistry> logger)
{
    private static readonly Account Nobody = new() { Subject = "" };

    private const int MaxClaimLength = 1024;

    /// <summary>What is wrong with an account before anybody looks whether its names are taken.</summary>
    public AccountMistake Check(NewAccount account)
    {
        if (account.UserName is { } userName && SignInName.OfUserName(userName) is null)
        {
            return AccountMistake.BadUserName;
        }

        if (account.Email is { } email && SignInName.OfEmail(email) is null)
        {
            return AccountMistake.BadEmail;
        }

        if (account.PhoneNumber is { } phoneNumber && SignInName.OfPhoneNumber(phoneNumber) is null)
        {
            return AccountMistake.BadPhoneNumber;
        }

        if (account.Password is { } password && rule.Check(password, account.UserName, account.Email, account.PhoneNumber) is var weak and not AccountMistake.None)
        {
            return weak;
        }

        if (account.Nickname is { } nickname && (nickname.Length > 64 || string.IsNullOrWhiteSpace(nickname)))
        {
            return AccountMistake.BadClaim;
        }

        return Claims(account).Any(claim => claim is { Length: > MaxClaimLength } || claim?.Any(char.IsControl) == true)
            || account.Address is { ValueKind: not (JsonValueKind.Object or JsonValueKind.Undefined) }
            ? AccountMistake.BadClaim
            : AccountMistake.None;
    }

    public async Task<(Account? Account, AccountMistake Mistake)> CreateAsync(NewAccount wanted, string door, CancellationToken cancellationToken)
    {
        if (Check(wanted) is var mistake and not AccountMistake.None)
        {
            return (null, mistake);
        }

        var names = Names(wanted).ToList();
        if (names.Count == 0)
        {
            return (null, AccountMistake.NoSignInName);
        }

        // Before the transaction: a hash takes long, and SQLite has one writer.
        var account = Build(wanted, wanted.Password is { } password ? await HashAsync(password) : null, clock.GetUtcNow());
        using var pass = await gate.EnterAsync(cancellationToken);
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<IdentityDb>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var created = await scope.ServiceProvider.GetRequiredService<UserManager<Account>>().CreateAsync(account);
        if (!created.Succeeded)
        {
            throw new InvalidOperationException($"The account store refused an account that passed its checks: {string.Join(", ", created.Errors.Select(error => error.Code))}.");
        }

        foreach (var name in names)
        {
            // The primary key decides who was first.
            if (await db.Database.ExecuteSqlAsync($"INSERT INTO sign_in_names (name, kind, account_id) VALUES ({name.Normal}, {name.Kind}, {account.Id}) ON CONFLICT DO NOTHING", cancellationToken) == 0)
            {
                return (null, AccountMistake.NameTaken);
            }
        }

        await transaction.CommitAsync(cancellationToken);
        AuditLog.AccountCreated(logger, account.Subject, door);
        return (account, AccountMistake.None);
    }

    /// <summary>A name that the account signs in with: its user name where it has one.</summary>
    public Task<string?> NameOfAsync(int accountId, CancellationToken cancellationToken) => store.ReadAsync(
        db => db.SignInNames.Where(row => row.AccountId == accountId).OrderBy(row => row.Kind == SignInName.UserName ? 0 : 1).ThenBy(row => row.Name).Select(row => row.Name).FirstOrDefaultAsync(cancellationToken),
        cancellationToken);

    /// <summary>An account that signs in by other means than a name; belongs into the transaction that gives it those means.</summary>
    public async Task<Account> AddAsync(IdentityDb db, NewAccount wanted, CancellationToken cancellationToken)
    {
        if (Check(wanted) is var mistake and not AccountMistake.None)
        {
            throw new InvalidOperationException($"An account without a sign-in name did not pass its checks: {mistake}.");
        }

        var account = Build(wanted, null, clock.GetUtcNow());
        account.SecurityStamp = Convert.ToHexString(RandomNumberGenerator.GetBytes(20));
        db.Add(account);
        await db.SaveChangesAsync(cancellationToken);
        return account;
    }

    /// <summary>Gives an account a number that was proved to be its person's. One that has a proved number keeps it, and nobody's sign-in name is taken away.</summary>
    /// <returns>Whether the number was new to the account.</returns>
    public async Task<bool> AddPhoneNumberAsync(IdentityDb db, int accountId, SignInName number, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return await db.Accounts.Where(row => row.Id == accountId && !row.PhoneNumberConfirmed).ExecuteUpdateAsync(
                set => set.SetProperty(row => row.PhoneNumber, number.Normal).SetProperty(row => row.PhoneNumberConfirmed, true).SetProperty(row => row.UpdatedAt, now),
                cancellationToken) == 1
            && await db.Database.ExecuteSqlAsync($"INSERT INTO sign_in_names (name, kind, account_id) VALUES ({number.Normal}, {number.Kind}, {accountId}) ON CONFLICT DO NOTHING", cancellationToken) == 1;
    }

    // Whoever may make an account has used up what let them: they wait, however many there are.
    private async Task<string> HashAsync(string password)
    {
        using var place = hashes.Enter();
        return await place.HashAsync(Nobody, password);
    }

    private static IEnumerable<SignInName> Names(NewAccount account)
    {
        if (account.UserName is { } userName)
        {
            yield return SignInName.OfUserName(userName)!;
        }

        if (account is { Email: { } email, EmailVerified: true })
        {
            yield return SignInName.OfEmail(email)!;
        }

        if (account is { PhoneNumber: { } phoneNumber, PhoneNumberVerified: true })
        {
            yield return SignInName.OfPhoneNumber(phoneNumber)!;
        }
    }

    private static IEnumerable<string?> Claims(NewAccount account) =>
    [
        account.Name, account.GivenName, account.FamilyName, account.MiddleName, account.Nickname, account.Profile, account.Picture,
        account.Website, account.Gender, account.Birthdate, account.Zoneinfo, account.Locale,
    ];

    /// <summary>The row of an account that passed its checks; nothing is written.</summary>
    /// <param name="passwordHash">Today's, or one of an old system.</param>
    public static Account Build(NewAccount wanted, string? passwordHash, DateTimeOffset now) => new()
    {
        Subject = ClientRules.SubjectPrefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16)),
        UserName = wanted.UserName,
        Email = wanted.Email,
        EmailConfirmed = wanted.EmailVerified,
        PhoneNumber = wanted.PhoneNumber is { } number ? SignInName.OfPhoneNumber(number)!.Normal : null,
        PhoneNumberConfirmed = wanted.PhoneNumberVerified,
        Name = wanted.Name,
        GivenName = wanted.GivenName,
        FamilyName = wanted.FamilyName,
        MiddleName = wanted.MiddleName,
        Nickname = wanted.Nickname?.Trim(),
        Profile = wanted.Profile,
        Picture = wanted.Picture,
        Website = wanted.Website,
        Gender = wanted.Gender,
        Birthdate = wanted.Birthdate,
        Zoneinfo = wanted.Zoneinfo,
        Locale = wanted.Locale,
        Address = wanted.Address is { ValueKind: JsonValueKind.Object } address ? address.GetRawText() : null,
        Admin = wanted.Admin,
        CreatedAt = now,
        UpdatedAt = now,
        PasswordHash = passwordHash,
    };
}
