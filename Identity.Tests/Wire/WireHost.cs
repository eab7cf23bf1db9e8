using System.Globalization;
using System.Text.Json.Nodes;
using Identity.Server.Accounts;
using Identity.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.Wire;

/// <summary>A server for one transcript, with the people whom the three documents show.</summary>
internal sealed class WireHost : IdentityHost
{
    private readonly Transcript transcript;

    public WireHost(Transcript transcript)
    {
        this.transcript = transcript;
        foreach (var start in transcript.Told("Clock"))
        {
            Clock = new(DateTimeOffset.FromUnixTimeSeconds(long.Parse(start, CultureInfo.InvariantCulture)));
        }
    }

    protected override JsonArray Clients =>
    [
        .. base.Clients.Select(client => client!.DeepClone()),
        new JsonObject { ["client_id"] = "device", ["client_secret"] = Secret, ["grant_types"] = new JsonArray("urn:cloudmind:grant-type:api-key", "refresh_token"), ["scope"] = "openid profile" },
    ];

    protected override IEnumerable<string> Settings => transcript.Told("With").Select(setting => $"--{setting}");

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();

        // CloudMind's document.
        await AddAccountAsync(new NewAccount { Email = "e.fwhcuio@1", EmailVerified = true, Password = "q7myH&(tL@DQ" });

        // RageFrame's, seven visits later.
        var admin = await AddAccountAsync(new NewAccount { UserName = "admin", Nickname = "简言", Gender = "male", Email = "1@qq.com", EmailVerified = true });
        await this.SqlAsync($"UPDATE accounts SET created_at = 1511169880000, updated_at = 1511169880000 WHERE id = {admin.Id}");
        await this.ImportMemberAsync(
            "rageframe",
            admin,
            number: 1,
            visits: 7,
            """{"type":1,"realname":null,"qq":null,"user_money":"0.00","accumulate_money":"0.00","frozen_money":"0.00","user_integral":0,"address_id":"0","home_phone":null,"role":10,"provinces":0,"city":0,"area":0,"allowance":2,"allowance_updated_at":1527000000,"status":10}""");

        // NLECloud's. Its sample texts are no names that this server would give, so they go past its rules.
        var sample = await AddAccountAsync(new NewAccount { UserName = "sample", Gender = "male", Password = "sample string 2" });
        await this.SqlAsync($"UPDATE accounts SET user_name = 'sample string 2', email = 'sample string 3', phone_number = 'sample string 4' WHERE id = {sample.Id}");
        await this.SqlAsync($"UPDATE sign_in_names SET name = 'sample string 1' WHERE account_id = {sample.Id}");
        await this.ImportMemberAsync("nlecloud", sample, number: 1, profile: """{"CollegeID":6,"CollegeName":"sample string 7","RoleName":"sample string 8","RoleID":9}""");

        // Its API keys: the one that it shows, and the two numbers of the one that it sets.
        var expires = new DateTimeOffset(2023, 1, 29, 21, 37, 32, TimeSpan.FromHours(8)).AddTicks(7469001);
        await Services.GetRequiredService<ApiKeys>().SetAsync(sample, new("sample string 3", expires, SetByNumber: 4, SetFrom: "sample string 5"), sample, default);
        await this.ImportMemberAsync("nlecloud", await AddAccountAsync(new NewAccount { UserName = "pupil" }), number: 3);
        await this.ImportMemberAsync("nlecloud", await AddAccountAsync(new NewAccount { UserName = "operator", Admin = true }), number: 5);

        await AddAccountAsync(new NewAccount
        {
            UserName = "王小明",
            Name = "王小明",
            Nickname = "小明😀+1",
            Gender = "female",
            Birthdate = "1990-01-31",
            Picture = "https://cdn.example/p?a=1&b=2",
            Email = "xiaoming+1@example.com",
            EmailVerified = true,
            PhoneNumber = "18852003606",
            PhoneNumberVerified = true,
        });

        // "# Provider: address" and what it answers, once each.
        foreach (var answer in transcript.Told("Provider"))
        {
            var (address, body) = answer.Split(" => ") is [var a, var b] ? (a, b) : throw new InvalidDataException(answer);
            Outside.Register(address, System.Net.HttpStatusCode.OK, body);
        }

        foreach (var name in transcript.Told("Disabled"))
        {
            await this.SqlAsync($"UPDATE accounts SET disabled_at = 1 WHERE user_name = {name}");
        }

        foreach (var table in transcript.Told("Broken"))
        {
            // A fault that no code expects: the database has lost a table.
#pragma warning disable EF1002 // The name is this repository's own.
            await Store.WriteAsync(db => db.Database.ExecuteSqlRawAsync($"ALTER TABLE {table} RENAME TO lost"), CancellationToken.None);
#pragma warning restore EF1002
        }
    }
}
