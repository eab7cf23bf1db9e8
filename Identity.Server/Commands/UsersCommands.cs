using System.CommandLine;
using System.Text.Json.Nodes;
using Identity.Server.Accounts;
using Identity.Server.Accounts.SecondFactors;
using Identity.Server.Data;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Commands;

/// <summary><c>identity users ...</c>, beside <see cref="UsersAddCommand"/>. A person is named by a sign-in name or by the subject.</summary>
internal static class UsersCommands
{
    public static Command Of(Option<string[]> config)
    {
        var who = new Argument<string>("who") { Description = "A name that the person signs in with, or the subject (u_...)." };
        var passwordStdin = new Option<bool>("--password-stdin") { Description = "Read the password from the first line of standard input.", Required = true };
        var skip = new Option<int>("--skip") { Description = "How many to pass over." };
        var limit = new Option<int>("--limit") { Description = "How many at most.", DefaultValueFactory = _ => 100 };

        var list = new Command("list", "Accounts, oldest first.") { skip, limit, CommandRun.Json };
        CommandRun.SetAction(list, config, (result, services, cancellationToken) => ListAsync(result, services, result.GetValue(skip), result.GetValue(limit), cancellationToken));
        var show = new Command("show", "One account with its sign-in names.") { who, CommandRun.Json };
        Act(show, config, who, ShowAsync);
        var setPassword = new Command("set-password", "Sets a password. Everything that was open ends.") { who, passwordStdin };
        Act(setPassword, config, who, SetPasswordAsync);
        var shut = new Command("lock", "Disables an account. Everything that was open ends.") { who };
        Act(shut, config, who, async (_, services, account, cancellationToken) =>
            Done(await services.GetRequiredService<Credentials>().LockAsync(account, cancellationToken), "The account was locked already."));
        var open = new Command("unlock", "Enables an account again and forgives its failed attempts.") { who };
        Act(open, config, who, UnlockAsync);
        var sessions = new Command("sessions", "What an account has open: browser sessions and refresh families.") { who, CommandRun.Json };
        Act(sessions, config, who, SessionsAsync);
        var revoke = new Command("revoke", "Ends everything that an account has open.") { who };
        Act(revoke, config, who, async (_, services, account, cancellationToken) =>
        {
            await services.GetRequiredService<Credentials>().EndEverythingAsync(account, cancellationToken);
            return IdentityCommand.Success;
        });
        var reset = new Command("reset", "Turns it off for a person who lost app and recovery codes. Everything that was open ends. Be sure who asks.") { who };
        Act(reset, config, who, ResetTwoStepAsync);
        var twoStep = new Command("two-step", "Two-step verification.") { reset };
        var yes = new Option<bool>("--yes") { Description = "Say that you mean it." };
        var delete = new Command("delete", "Deletes an account with everything in it. It cannot be undone.") { who, yes };
        Act(delete, config, who, async (result, services, account, cancellationToken) =>
            !result.GetValue(yes)
                ? CommandRun.Refuse($"{account.Subject} and everything in it would be gone: profile, sign-in names, sessions, access of applications, second factors, keys and links. Say --yes.")
                : Done(await services.GetRequiredService<AccountRemoval>().RemoveAsync(account, "an operator", null, cancellationToken), "The account is gone already."));
        return new Command("users", "People.") { new UsersAddCommand(config), list, show, setPassword, shut, open, sessions, revoke, twoStep, delete };
    }

    private static void Act(Command command, Option<string[]> config, Argument<string> who, Func<ParseResult, IServiceProvider, Account, CancellationToken, Task<int>> act) =>
        CommandRun.SetAction(command, config, async (result, services, cancellationToken) =>
        {
            var text = result.GetValue(who)!;
            var key = SignInName.Key(text);
            var account = await services.GetRequiredService<IdentityStore>().ReadAsync(
                db => db.Accounts.AsNoTracking().FirstOrDefaultAsync(one => one.Subject == text || db.SignInNames.Any(name => name.Name == key && name.AccountId == one.Id), cancellationToken), cancellationToken);
            return account is null ? CommandRun.Refuse("Nobody signs in with that name, and it is no subject.") : await act(result, services, account, cancellationToken);
        });

    private static async Task<int> ListAsync(ParseResult result, IServiceProvider services, int skip, int limit, CancellationToken cancellationToken)
    {
        var rows = await services.GetRequiredService<IdentityStore>().ReadAsync(
            db => db.Accounts.AsNoTracking().OrderBy(account => account.Id).Skip(skip).Take(limit)
                .Select(account => new { account, Names = db.SignInNames.Where(name => name.AccountId == account.Id).OrderBy(name => name.Name).Select(name => name.Name).ToList() })
                .ToListAsync(cancellationToken),
            cancellationToken);
        return CommandRun.Show(result, ["subject", "sign_in_names", "nickname", "created_at", "locked_at", "admin"], rows.Select(row => (IReadOnlyList<JsonNode?>)
            [row.account.Subject, Names(row.Names), row.account.Nickname, CommandRun.Instant(row.account.CreatedAt), CommandRun.Instant(row.account.DisabledAt), row.account.Admin]));
    }

    private static async Task<int> ShowAsync(ParseResult result, IServiceProvider services, Account account, CancellationToken cancellationToken)
    {
        var names = await NamesAsync(services, account, cancellationToken);
        var passkeys = await services.GetRequiredService<IdentityStore>().ReadAsync(db => db.Passkeys.CountAsync(row => row.AccountId == account.Id, cancellationToken), cancellationToken);
        var shown = new JsonObject
        {
            ["subject"] = account.Subject,
            ["sign_in_names"] = Names(names),
            ["user_name"] = account.UserName,
            ["email"] = account.Email,
            ["email_verified"] = account.EmailConfirmed,
            ["phone_number"] = account.PhoneNumber,
            ["phone_number_verified"] = account.PhoneNumberConfirmed,
            ["name"] = account.Name,
            ["nickname"] = account.Nickname,
            ["has_password"] = account.PasswordHash is not null,
            ["two_factor"] = account.TwoFactorEnabled,
            ["passkeys"] = passkeys,
            ["admin"] = account.Admin,
            ["created_at"] = CommandRun.Instant(account.CreatedAt),
            ["updated_at"] = CommandRun.Instant(account.UpdatedAt),
            ["locked_at"] = CommandRun.Instant(account.DisabledAt),
            ["sessions_ended_at"] = CommandRun.Instant(account.SessionsEndedAt),
        };
        return ShowOne(result, shown);
    }

    private static async Task<int> SetPasswordAsync(ParseResult result, IServiceProvider services, Account account, CancellationToken cancellationToken)
    {
        if (Console.In.ReadLine() is not { Length: > 0 } password)
        {
            return CommandRun.Refuse("--password-stdin: standard input holds no password.");
        }

        return await services.GetRequiredService<Credentials>().SetPasswordAsync(account, password, cancellationToken) is AccountMistake.None
            ? IdentityCommand.Success
            : CommandRun.Refuse($"The password must have {services.GetRequiredService<AccountsOptions>().PasswordMinLength} to 128 characters.");
    }

    private static async Task<int> UnlockAsync(ParseResult result, IServiceProvider services, Account account, CancellationToken cancellationToken)
    {
        await services.GetRequiredService<Credentials>().UnlockAsync(account, cancellationToken);
        await services.GetRequiredService<PasswordSignIn>().ForgiveAsync(await NamesAsync(services, account, cancellationToken), cancellationToken);
        return IdentityCommand.Success;
    }

    private static async Task<int> ResetTwoStepAsync(ParseResult result, IServiceProvider services, Account account, CancellationToken cancellationToken)
    {
        await services.GetRequiredService<SecondSteps>().ForgiveAsync(account, cancellationToken);
        var notices = services.GetRequiredService<Notices>();
        // By the same words as where its person does it.
        var notice = notices.SealForOperator(account, TwoStepVerification.OffNotice);
        if (!await services.GetRequiredService<TwoStepVerification>().TurnOffAsync(account, "an operator", null, notice, cancellationToken))
        {
            return CommandRun.Refuse("The account has no two-step verification.");
        }

        await notices.PostAsync(notice);
        return IdentityCommand.Success;
    }

    private static async Task<int> SessionsAsync(ParseResult result, IServiceProvider services, Account account, CancellationToken cancellationToken)
    {
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var (sessions, families) = await services.GetRequiredService<IdentityStore>().ReadAsync(
            async db => (
                await db.Sessions.AsNoTracking().Where(row => row.AccountId == account.Id && row.EndedAt == null && row.ExpiresAt > now).OrderBy(row => row.AuthTime)
                    .Select(row => new { row, Clients = db.SessionClients.Where(client => client.Sid == row.Sid).OrderBy(client => client.ClientId).Select(client => client.ClientId).ToList() }).ToListAsync(cancellationToken),
                await db.RefreshFamilies.AsNoTracking().Where(row => row.AccountId == account.Id && row.RevokedAt == null && row.ExpiresAt > now).OrderBy(row => row.CreatedAt).ToListAsync(cancellationToken)),
            cancellationToken);
        return CommandRun.Show(result, ["kind", "id", "clients", "begun_at", "used_at", "expires_at"],
        [
            .. sessions.Select(one => (IReadOnlyList<JsonNode?>)["browser", one.row.Sid, Names(one.Clients), CommandRun.Instant(one.row.AuthTime), CommandRun.Instant(one.row.SeenAt), CommandRun.Instant(one.row.ExpiresAt)]),
            .. families.Select(one => (IReadOnlyList<JsonNode?>)["refresh", one.Id.ToString(), one.ClientId, CommandRun.Instant(one.CreatedAt), CommandRun.Instant(one.RotatedAt), CommandRun.Instant(one.ExpiresAt)]),
        ]);
    }

    private static int ShowOne(ParseResult result, JsonObject shown)
    {
        if (result.GetValue(CommandRun.Json))
        {
            CommandRun.Print(shown);
            return IdentityCommand.Success;
        }

        return CommandRun.Show(result, ["what", "value"], shown.Select(member => (IReadOnlyList<JsonNode?>)[member.Key, member.Value?.DeepClone()]));
    }

    private static Task<List<string>> NamesAsync(IServiceProvider services, Account account, CancellationToken cancellationToken) => services.GetRequiredService<IdentityStore>().ReadAsync(
        db => db.SignInNames.Where(name => name.AccountId == account.Id).OrderBy(name => name.Name).Select(name => name.Name).ToListAsync(cancellationToken), cancellationToken);

    private static JsonArray Names(IEnumerable<string> names) => new([.. names.Select(name => JsonValue.Create(name))]);

    private static int Done(bool done, string otherwise) => done ? IdentityCommand.Success : CommandRun.Refuse(otherwise);
}
