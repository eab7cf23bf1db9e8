using System.Globalization;
using Identity.Server.Accounts;
using Identity.Server.Data;
using Identity.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.Server.Accounts;

/// <summary>The end of an account. Every table of the model is judged.</summary>
public sealed class AccountRemovalTests(CodeFlowHost host) : IClassFixture<CodeFlowHost>
{
    // What outlives it, and why: the trail says what was (it names the subject and no name), and clients are still to be told of the end.
    private static readonly string[] Outlives = ["audit_events", "logout_deliveries"];

    [Fact]
    public async Task No_row_of_any_table_refers_to_it_afterwards()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "leaver" });
        // A neighbour whose rows must all stay.
        await host.AddAccountAsync(new NewAccount { UserName = "stayer" });
        await EveryRow.FillAsync(host, await host.FindAccountAsync("leaver"));
        var account = await host.FindAccountAsync("leaver");
        var marks = await RowsAsync();
        var tables = await host.ReadAsync(db => Task.FromResult(db.Model.GetEntityTypes().Where(EveryRow.IsOfPeople).Select(entity => entity.GetTableName()!).ToList()));
        Assert.Superset(new HashSet<string>(["accounts", "sessions", "session_clients", "remembered_devices", "app_passwords", "passkeys", "email_changes", "pictures"], StringComparer.Ordinal), tables.ToHashSet(StringComparer.Ordinal));
        // The test would pass for nothing if a table had no row of the account.
        Assert.All(tables, table => Assert.Contains(marks, row => row.Table == table && IsOf(row, account)));
        var stays = marks.Where(row => !IsOf(row, account)).Select(row => row.Text).Order(StringComparer.Ordinal).ToList();

        Assert.True(await host.Services.GetRequiredService<AccountRemoval>().RemoveAsync(account, account.Subject, null, default));
        var left = await RowsAsync();
        Assert.Equal([], left.Where(row => IsOf(row, account) && !Outlives.Contains(row.Table, StringComparer.Ordinal)).Select(row => row.Text));
        Assert.Equal([], stays.Except(left.Select(row => row.Text), StringComparer.Ordinal));
        Assert.False(await host.Services.GetRequiredService<AccountRemoval>().RemoveAsync(account, account.Subject, null, default));
    }

    [Fact]
    public async Task Its_person_types_its_name_hears_of_it_by_mail_and_the_name_is_free_for_a_person_who_is_another()
    {
        var before = await host.AddAccountAsync(new NewAccount { UserName = "quitter", Email = "quitter@example.com", EmailVerified = true });
        using var browser = new Browser(host, languages: "en");
        var back = await browser.SignInAsync(await browser.OpenAsync(CodeFlowHost.Request("site", ("scope", "openid offline_access"))), "quitter");
        var tokens = await host.RedeemAsync("site", back.Parameter("code")!);
        var page = await browser.OpenAsync("/account/delete");
        var wrong = await browser.SubmitAsync(page, "Delete the account for ever", ("confirmation", "somebody else"));
        Assert.NotNull(wrong.Document.QuerySelector("[aria-invalid=true]"));
        Assert.Equal(200, (await host.UserInfoAsync(tokens.AccessToken)).Status);
        var reference = await host.RedeemAsync("reference", (await browser.OpenAsync(CodeFlowHost.Request("reference"))).Parameter("code")!);
        Assert.Equal(200, (await host.UserInfoAsync(reference.AccessToken)).Status);
        var wanted = page.Document.QuerySelector("label[for=confirmation]")!.TextContent.Trim()["Type ".Length..^" to confirm".Length];
        Assert.Equal("/account/deleted", (await browser.SubmitAsync(wrong, "Delete the account for ever", ("confirmation", $" {wanted.ToUpperInvariant()} "))).Address.AbsolutePath);

        Assert.Equal("Sign in", (await browser.OpenAsync("/")).Heading);
        Assert.Equal((401, 401), ((await host.UserInfoAsync(tokens.AccessToken)).Status, (await host.UserInfoAsync(reference.AccessToken)).Status));
        Assert.Equal([], (await RowsAsync()).Where(row => IsOf(row, before) && !Outlives.Contains(row.Table, StringComparer.Ordinal)).Select(row => row.Text));
        Assert.Equal(400, (await host.RefreshAsync("site", tokens.RefreshToken)).Status);
        Assert.Equal(400, (await host.SignInAsync("web", "quitter")).Status);
        Assert.Contains("Subject: Your account was deleted", Assert.Single(host.MailsTo("quitter@example.com")), StringComparison.Ordinal);
        var after = await host.AddAccountAsync(new NewAccount { UserName = "quitter", Email = "quitter@example.com", EmailVerified = true });
        Assert.NotEqual(before.Subject, after.Subject);
    }

    private sealed record Row(string Table, string Text, IReadOnlyList<string> AccountIds, IReadOnlyList<string> Texts);

    private static bool IsOf(Row row, Account account) =>
        row.AccountIds.Contains(account.Id.ToString(CultureInfo.InvariantCulture)) || (row.Table is "accounts" && row.Texts.Contains(account.Subject, StringComparer.Ordinal))
        || row.Texts.Any(text => text.Contains(account.Subject, StringComparison.Ordinal) || text.Contains("mark-", StringComparison.Ordinal));

    // Every column of every table as text.
    private Task<List<Row>> RowsAsync() => host.ReadAsync(async db =>
    {
        var rows = new List<Row>();
        var connection = db.Database.GetDbConnection();
        await db.Database.OpenConnectionAsync();
        foreach (var entity in db.Model.GetEntityTypes())
        {
            using var command = connection.CreateCommand();
            command.CommandText = $"SELECT * FROM {entity.GetTableName()}";
            using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                var values = Enumerable.Range(0, reader.FieldCount).ToDictionary(reader.GetName, i => reader.GetValue(i) is byte[] blob ? Convert.ToHexString(blob) : Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture) ?? "");
                rows.Add(new(entity.GetTableName()!, $"{entity.GetTableName()}: {string.Join(" | ", values.Values)}", [.. values.Where(one => one.Key == "account_id").Select(one => one.Value)], [.. values.Values]));
            }
        }

        return rows;
    });
}
