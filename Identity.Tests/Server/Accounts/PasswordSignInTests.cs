using Identity.Server.Accounts;
using Identity.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.Server.Accounts;

public sealed class PasswordSignInTests(PasswordSignInTests.Host host) : IClassFixture<PasswordSignInTests.Host>
{
    private const string Wrong = """{"error":"invalid_grant","error_description":"The user name or the password is wrong."}""";
    private const string Right = "correct horse battery";

    [Theory]
    [InlineData("an unknown name", "nobody-at-all", "any")]
    [InlineData("an unknown mailbox", "nobody@example.com", "any")]
    [InlineData("an unknown number", "13900139000", "any")]
    [InlineData("a name that nobody can have", "a b c", "any")]
    [InlineData("a wrong password", "alice", "any")]
    [InlineData("the right password in other letters", "alice", "Correct Horse Battery")]
    [InlineData("the right password with a space", "alice", "correct horse battery ")]
    [InlineData("a mailbox that was not verified", "unverified@example.com", Right)]
    [InlineData("a number that was not verified", "13700137000", Right)]
    [InlineData("an account that signs in by other means", "passwordless", Right)]
    [InlineData("the decoy's password, unknown name", "nobody-either", "a password that nobody has")]
    [InlineData("the decoy's password, no password", "passwordless", "a password that nobody has")]
    [InlineData("a disabled account, right password", "disabled", Right)]
    [InlineData("a disabled account, wrong password", "disabled", "any")]
    [InlineData("two-step verification, right password", "twosteps", Right)]
    [InlineData("two-step verification, wrong password", "twosteps", "any")]
    public async Task Every_failure_is_the_same_answer_and_costs_one_hash(string why, string name, string password)
    {
        await host.PopulateAsync();
        // So that no row is locked by the row before it.
        await host.WriteAsync(db => db.Throttle.ExecuteDeleteAsync());
        Assert.NotEmpty(why);
        var (verified, hashed) = (host.Hasher.Verified, host.Hasher.Hashed);
        var answer = await host.SignInAsync("web", name, password);
        answer.IsRefusal(400, Wrong);
        Assert.Equal((verified + 1, hashed), (host.Hasher.Verified, host.Hasher.Hashed));
        Assert.False(answer.Headers.ContainsKey("WWW-Authenticate"));
    }

    [Fact]
    public async Task The_log_knows_what_the_answer_hides()
    {
        await host.PopulateAsync();
        foreach (var (name, reason) in new[] { ("nobody-logged", "UnknownAccount"), ("disabled", "Disabled"), ("twosteps", "WrongPassword") })
        {
            await host.WriteAsync(db => db.Throttle.ExecuteDeleteAsync());
            var before = host.Log.Lines.Count;
            await host.SignInAsync("web", name);
            Assert.Contains(host.Log.Lines.Skip(before), line => line.Event.Id == 2002 && line.Text.Contains(reason, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_hash_with_other_parameters_is_brought_up_to_date_at_the_next_sign_in()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "rehash" });
        var before = (await host.FindAccountAsync("rehash")).PasswordHash;
        Assert.Equal(200, (await host.SignInAsync("web", "rehash")).Status);
        Assert.Equal(before, (await host.FindAccountAsync("rehash")).PasswordHash);

        host.Iterations = 2;
        await host.RestartAsync();
        try
        {
            Assert.Equal("invalid_grant", (await host.SignInAsync("web", "rehash", "wrong")).Text("error"));
            Assert.Equal(before, (await host.FindAccountAsync("rehash")).PasswordHash);
            Assert.Equal(200, (await host.SignInAsync("web", "rehash")).Status);
            var after = (await host.FindAccountAsync("rehash")).PasswordHash;
            Assert.NotEqual(before, after, StringComparer.Ordinal);
            Assert.Equal(200, (await host.SignInAsync("web", "rehash")).Status);
            Assert.Equal(after, (await host.FindAccountAsync("rehash")).PasswordHash);
        }
        finally
        {
            host.Iterations = 1;
            await host.RestartAsync();
        }
    }

    [Fact]
    public async Task A_person_signs_in_by_every_name_that_was_proved()
    {
        var account = await host.AddAccountAsync(new NewAccount { UserName = "王芳", Email = "Fang@Example.com", EmailVerified = true, PhoneNumber = "13600136000", PhoneNumberVerified = true });
        foreach (var name in new[] { "王芳", " 王芳 ", "fang@example.com", "FANG@EXAMPLE.COM", "13600136000", "+8613600136000" })
        {
            var answer = await host.SignInAsync("web", name);
            Assert.Equal(account.Subject, Jwt.Payload(answer.AccessToken).GetProperty("sub").GetString());
        }
    }

    [Fact]
    public async Task Nobody_registers_a_name_that_is_taken_in_any_spelling()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "Taken", Email = "taken@example.com", EmailVerified = true });
        var registry = host.Services.GetRequiredService<AccountRegistry>();
        foreach (var wanted in new[]
        {
            new NewAccount { UserName = "TAKEN" },
            new NewAccount { UserName = "ｔaken" },
            new NewAccount { Email = "Taken@Example.com", EmailVerified = true },
            new NewAccount { UserName = "not-taken", Email = "taken@example.com", EmailVerified = true },
        })
        {
            Assert.Equal((null, AccountMistake.NameTaken), await registry.CreateAsync(wanted with { Password = Right }, "test", CancellationToken.None));
        }

        // What was refused left nothing behind.
        Assert.NotNull((await registry.CreateAsync(new NewAccount { UserName = "not-taken", Password = Right }, "test", CancellationToken.None)).Account);
    }

    [Fact]
    public async Task Fifty_people_who_want_one_name_are_one_account()
    {
        var registry = host.Services.GetRequiredService<AccountRegistry>();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => registry.CreateAsync(new NewAccount { UserName = "wanted", Nickname = $"n{i}", Password = Right }, "test", CancellationToken.None))));
        Assert.Single(outcomes, outcome => outcome.Account is not null);
        Assert.Equal(49, outcomes.Count(outcome => outcome.Mistake == AccountMistake.NameTaken));
        Assert.Equal(1, await host.ReadAsync(db => db.Accounts.CountAsync(account => account.UserName == "wanted")));
    }

    public sealed class Host : ProxiedHost
    {
        private bool populated;

        public int Iterations { get; set; } = 1;

        protected override IEnumerable<string> Settings => [.. base.Settings, $"--Accounts:PasswordIterations={Iterations}"];

        public async Task PopulateAsync()
        {
            if (populated)
            {
                return;
            }

            populated = true;
            await AddAccountAsync(new NewAccount { UserName = "alice" });
            await AddAccountAsync(new NewAccount { UserName = "unverified", Email = "unverified@example.com", PhoneNumber = "13700137000" });
            await AddAccountAsync(new NewAccount { UserName = "passwordless" });
            await AddAccountAsync(new NewAccount { UserName = "disabled" });
            await AddAccountAsync(new NewAccount { UserName = "twosteps" });
            await this.WriteAsync(db => db.Accounts.Where(account => account.UserName == "passwordless").ExecuteUpdateAsync(set => set.SetProperty(account => account.PasswordHash, (string?)null)));
            await this.DisableAccountAsync("disabled");
            await this.RequireTwoStepsAsync("twosteps");
        }
    }
}
