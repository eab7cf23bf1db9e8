using System.Text;
using System.Text.Json;
using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Server.Accounts;

/// <summary>What a person gets of what is stored about them: what is theirs, and no secret. Every column of the model is judged.</summary>
public sealed class AccountExportTests(CodeFlowHost host) : IClassFixture<CodeFlowHost>
{
    // Texts and blobs that are the person's to read. Whatever is not here must not be in the file: hashes, MACs, sealed secrets, handles, keys.
    private static readonly string[] Told =
    [
        "accounts.user_name", "accounts.email", "accounts.phone_number", "accounts.name", "accounts.given_name", "accounts.family_name", "accounts.middle_name", "accounts.nickname",
        "accounts.profile", "accounts.picture", "accounts.website", "accounts.gender", "accounts.birthdate", "accounts.zoneinfo", "accounts.locale", "accounts.address",
        "sign_in_names.name", "sign_in_names.kind",
        "pictures.media_type", "pictures.content",
        "external_identities.provider", "external_identities.app_id", "external_identities.open_id", "external_identities.union_id",
        "sessions.amr", "sessions.address", "sessions.user_agent",
        "consents.client_id", "consents.scope",
        "api_keys.set_from",
        "passkeys.name", "passkeys.credential_id", "passkeys.transports",
        "app_passwords.name",
        "legacy_members.api", "legacy_members.profile", "legacy_members.last_address",
        "audit_events.what", "audit_events.address", "audit_events.client_id", "audit_events.outcome",
    ];

    [Fact]
    public async Task It_has_what_is_the_persons_and_of_secrets_only_that_they_are_there()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "exported" });
        var marks = await EveryRow.FillAsync(host, await host.FindAccountAsync("exported"));
        var account = await host.FindAccountAsync("exported");
        var text = Encoding.UTF8.GetString(JsonSerializer.SerializeToUtf8Bytes(await host.Services.GetRequiredService<AccountExport>().ReadAsync(account, default)));
        bool IsIn(string mark) => text.Contains($"{mark}\"", StringComparison.Ordinal) || text.Contains(Convert.ToBase64String(Encoding.UTF8.GetBytes(mark)), StringComparison.Ordinal);
        var found = marks.Where(mark => IsIn(mark.Value)).Select(mark => mark.Key).ToList();
        Assert.Equal(Told.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
        Assert.Contains("accounts.password_hash", marks.Keys);
        Assert.Contains("totp_secrets.sealed", marks.Keys);
        Assert.Contains(account.Subject, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_comes_as_a_file_to_whoever_proved_themselves_and_has_nobody_elses()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "asker", Nickname = "小明" });
        await host.AddAccountAsync(new NewAccount { UserName = "bystander" });
        using var browser = new Browser(host);
        await browser.SignInAsync(await browser.OpenAsync("/sign-in"), "asker");
        var page = await browser.OpenAsync("/account/data");
        var file = (await browser.SubmitAsync(page, "Download as a JSON file")).Answer;
        Assert.Equal(("application/json", "attachment; filename=account.json; filename*=UTF-8''account.json"), (file.Headers["Content-Type"], file.Headers["Content-Disposition"]));
        Assert.Equal("no-store", file.Headers["Cache-Control"]);
        Assert.Equal("小明", file.Json.GetProperty("profile").GetProperty("nickname").GetString());
        Assert.Equal((1, true, false), (file.Json.GetProperty("sessions").GetArrayLength(), file.Json.GetProperty("password").GetBoolean(), file.Json.GetProperty("two_step_verification").GetBoolean()));
        Assert.DoesNotContain("bystander", file.Body, StringComparison.Ordinal);
        host.Clock.Advance(TimeSpan.FromMinutes(21));
        Assert.Equal("Confirm that it is you", (await browser.SubmitAsync(page, "Download as a JSON file")).Heading);
    }
}
