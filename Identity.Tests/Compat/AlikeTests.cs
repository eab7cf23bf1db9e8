using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Compat;

/// <summary>What must not be told apart at a legacy door.</summary>
public sealed class AlikeTests(IdentityHost host) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task Two_step_verification_looks_like_a_wrong_password_at_every_door()
    {
        var account = await PersonAsync("careful");
        await host.SqlAsync($"UPDATE accounts SET two_factor_enabled = 1 WHERE id = {account.Id}");
        foreach (var door in Doors)
        {
            var (right, wrong) = (await door("careful", "correct horse battery"), await door("careful", "wrong password"));
            Assert.Equal(Visible(wrong), Visible(right));
            host.Clock.Advance(TimeSpan.FromHours(2));
        }

        Assert.Empty(await FamiliesAsync(account.Id));
    }

    [Fact]
    public async Task A_locked_name_is_answered_alike_whether_or_not_it_is_an_account()
    {
        await PersonAsync("locked");
        foreach (var door in Doors.Skip(1))
        {
            var (known, unknown) = (new List<string>(), new List<string>());
            for (var i = 0; i < 7; i++)
            {
                known.Add(Visible(await door("locked", "wrong password")));
                unknown.Add(Visible(await door("nobody", "wrong password")));
            }

            Assert.Equal(known, unknown);
            Assert.NotEqual(known[0], known[6], StringComparer.Ordinal);
            host.Clock.Advance(TimeSpan.FromHours(2));
        }
    }

    [Fact]
    public async Task CloudMind_answers_a_locked_name_with_202_whether_or_not_it_is_an_account()
    {
        await PersonAsync("shut");
        var locks = new List<string>();
        foreach (var name in new[] { "shut", "nothere" })
        {
            for (var i = 0; i < 5; i++)
            {
                await Doors[0](name, "wrong password");
            }

            locks.Add(Visible(await Doors[0](name, "correct horse battery")));
        }

        Assert.StartsWith("202", Assert.Single(locks.Distinct(StringComparer.Ordinal)), StringComparison.Ordinal);
        host.Clock.Advance(TimeSpan.FromHours(2));
    }

    [Fact]
    public async Task A_name_locked_at_one_door_is_locked_at_all()
    {
        await PersonAsync("everywhere");
        for (var i = 0; i < 5; i++)
        {
            await host.RageFrameLoginAsync("everywhere", password: "wrong password");
        }

        // By its other names it is another name, and nobody is told that they belong together.
        Assert.Equal(423, (await host.NleCloudLoginAsync("EVERYWHERE")).Json.GetProperty("StatusCode").GetInt32());
        Assert.Equal(429, (await host.RageFrameLoginAsync("everywhere")).Json.Number("code"));
        Assert.Equal("invalid_grant", (await host.SignInAsync("web", "everywhere")).Text("error"));
        host.Clock.Advance(TimeSpan.FromHours(2));
    }

    // By e-mail where a door takes nothing else.
    private Func<string, string, Task<Answer>>[] Doors =>
    [
        (name, password) => host.CloudMindLoginAsync($"{name}@example.com", password),
        (name, password) => host.NleCloudLoginAsync(name, password),
        (name, password) => host.RageFrameLoginAsync(name, password: password),
    ];

    private Task<Identity.Server.Data.Account> PersonAsync(string name) => host.AddAccountAsync(new NewAccount { UserName = name, Email = $"{name}@example.com", EmailVerified = true });

    private Task<List<Guid>> FamiliesAsync(int account) => host.Store.ReadAsync(
        db => Task.FromResult(db.RefreshFamilies.Where(row => row.AccountId == account).Select(row => row.Id).ToList()), CancellationToken.None);

    private static string Visible(Answer answer) =>
        $"{answer.Status} {answer.Body} {string.Join(' ', answer.Headers.Where(header => header.Key is not "Date").OrderBy(header => header.Key, StringComparer.Ordinal).Select(header => $"{header.Key}={header.Value}"))}";
}
