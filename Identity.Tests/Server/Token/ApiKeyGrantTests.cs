using Identity.Server.Accounts;
using Identity.Tests.Compat.NleCloud;
using Identity.Tests.Support;

namespace Identity.Tests.Server.Token;

/// <summary>urn:cloudmind:grant-type:api-key.</summary>
public sealed class ApiKeyGrantTests(ApiKeyHost host) : IClassFixture<ApiKeyHost>
{
    [Fact]
    public async Task A_key_signs_its_owner_in_and_brings_no_refresh_token()
    {
        var (who, key) = await KeyedAsync();
        var answer = await host.SignInByKeyAsync(key);
        Assert.Equal(200, answer.Status);
        Assert.False(answer.Json.TryGetProperty("refresh_token", out _));
        var userinfo = await host.UserInfoAsync(answer.AccessToken);
        Assert.Equal((200, who.Name), (userinfo.Status, userinfo.Text("preferred_username")));
        var idToken = Jwt.Payload(answer.Text("id_token"));
        Assert.Equal("""["api_key"]""", idToken.GetProperty("amr").GetRawText());
        Assert.Equal("device", Jwt.Payload(answer.AccessToken).Text("client_id"));
    }

    [Fact]
    public async Task Only_clients_that_list_the_grant_may_use_it()
    {
        var (_, key) = await KeyedAsync();
        Assert.Equal((400, "unauthorized_client"), Refusal(await host.SignInByKeyAsync(key, "web")));
        Assert.Equal((401, "invalid_client"), Refusal(await host.TokenAsync("nlecloud", ("grant_type", ApiKeyHost.Grant), ("api_key", key))));
        Assert.Equal((400, "invalid_request"), Refusal(await host.TokenAsync("device", ("grant_type", ApiKeyHost.Grant))));
        Assert.Equal((400, "invalid_request"), Refusal(await host.TokenAsync("device", ("grant_type", ApiKeyHost.Grant), ("api_key", new string('k', 257)))));
    }

    [Fact]
    public async Task A_short_key_is_shown_and_signs_nobody_in()
    {
        var who = await host.PersonAsync();
        foreach (var length in new[] { 1, 31 })
        {
            var key = Guid.NewGuid().ToString("N")[..length];
            Assert.Equal(0, (await host.SetKeyAsync(who, key)).Json.Number("Status"));
            Assert.Equal(key, (await host.ReadKeyAsync(who)).Data().Text("ApiKey"));
            Assert.Equal((400, "invalid_grant"), Refusal(await host.SignInByKeyAsync(key)));
        }

        var long32 = Guid.NewGuid().ToString("N");
        await host.SetKeyAsync(who, long32);
        Assert.Equal(200, (await host.SignInByKeyAsync(long32)).Status);
    }

    [Fact]
    public async Task A_key_that_another_account_has_is_kept_for_display_and_the_first_stays_good()
    {
        var (one, key) = await KeyedAsync();
        var two = await host.PersonAsync();
        var (fresh, taken) = (await host.SetKeyAsync(two, NewKey()), await host.SetKeyAsync(two, key));
        Assert.Equal(fresh.Body, taken.Body);
        Assert.Equal(key, (await host.ReadKeyAsync(two)).Data().Text("ApiKey"));
        Assert.Equal(one.Name, (await host.UserInfoAsync((await host.SignInByKeyAsync(key)).AccessToken)).Text("preferred_username"));

        // It is not the second's when the first lets go of it, until the second says so again.
        await host.SetKeyAsync(one, "");
        Assert.Equal(400, (await host.SignInByKeyAsync(key)).Status);
        await host.SetKeyAsync(two, key);
        Assert.Equal(two.Name, (await host.UserInfoAsync((await host.SignInByKeyAsync(key)).AccessToken)).Text("preferred_username"));
    }

    [Fact]
    public async Task A_key_that_was_replaced_or_cleared_signs_nobody_in()
    {
        var (who, first) = await KeyedAsync();
        var second = NewKey();
        await host.SetKeyAsync(who, second);
        Assert.Equal(400, (await host.SignInByKeyAsync(first)).Status);
        Assert.Equal(200, (await host.SignInByKeyAsync(second)).Status);
        await host.SetKeyAsync(who, "");
        Assert.Equal(400, (await host.SignInByKeyAsync(second)).Status);
    }

    [Fact]
    public async Task A_key_ends_when_it_expires_to_the_hundred_nanoseconds()
    {
        var (who, key) = (await host.PersonAsync(), NewKey());
        var at = host.Clock.GetUtcNow();
        await host.SetKeyAsync(who, key, at.ToString("yyyy-MM-dd'T'HH:mm:ss.fff", null) + "0001Z");
        Assert.Equal(200, (await host.SignInByKeyAsync(key)).Status);
        await host.SetKeyAsync(who, key, at.ToString("yyyy-MM-dd'T'HH:mm:ss.fff", null) + "0000Z");
        Assert.Equal((400, "invalid_grant"), Refusal(await host.SignInByKeyAsync(key)));
        Assert.Equal(key, (await host.ReadKeyAsync(who)).Data().Text("ApiKey"));
    }

    [Fact]
    public async Task Every_refusal_of_a_key_reads_the_same()
    {
        var expired = await KeyedAsync();
        await host.SetKeyAsync(expired.Who, expired.Key, "2000-01-01");
        var disabled = await KeyedAsync();
        await host.DisableAccountAsync(disabled.Who.Name);
        string[] answers =
        [
            (await host.SignInByKeyAsync(NewKey())).Body, (await host.SignInByKeyAsync("short")).Body, (await host.SignInByKeyAsync(expired.Key)).Body,
            (await host.SignInByKeyAsync(disabled.Key)).Body,
        ];
        Assert.Equal("""{"error":"invalid_grant","error_description":"The API key is not valid."}""", Assert.Single(answers.Distinct()));
    }

    /// <summary>An API key is no password: it stands where an app password would.</summary>
    [Fact]
    public async Task Two_step_verification_does_not_stand_in_the_way()
    {
        var (who, key) = await KeyedAsync();
        await host.RequireTwoStepsAsync(who.Name);
        Assert.Equal(200, (await host.SignInByKeyAsync(key)).Status);
        Assert.Equal(401, (await host.NleCloudLoginAsync(who.Name)).Json.Number("StatusCode"));
    }

    [Fact]
    public async Task New_credentials_end_an_older_key_until_it_is_set_anew()
    {
        var (who, key) = await KeyedAsync();
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        var account = await host.FindAccountAsync(who.Name);
        Assert.Equal(AccountMistake.None, await host.Services.GetRequiredService<Credentials>().SetPasswordAsync(account, "another long password", default));
        Assert.Equal(400, (await host.SignInByKeyAsync(key)).Status);

        host.Clock.Advance(TimeSpan.FromSeconds(1));
        var login = (await host.NleCloudLoginAsync(who.Name, "another long password")).Data();
        var again = who with { Token = login.Text("AccessToken") };
        Assert.Equal(key, (await host.ReadKeyAsync(again)).Data().Text("ApiKey"));
        await host.SetKeyAsync(again, key);
        Assert.Equal(200, (await host.SignInByKeyAsync(key)).Status);
    }

    [Fact]
    public async Task Guesses_from_one_address_are_counted_together_with_those_at_passwords()
    {
        await using var own = new ThrottledHost();
        await own.InitializeAsync();
        var who = await own.PersonAsync();
        var key = NewKey();
        await own.SetKeyAsync(who, key);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("The API key is not valid.", (await own.SignInByKeyAsync(NewKey())).Text("error_description"));
            Assert.Equal(400, (await own.SignInAsync("web", $"nobody{i}", "wrong")).Status);
        }

        const string Blocked = """{"error":"invalid_grant","error_description":"Too many failed attempts; try again later."}""";
        Assert.Equal(Blocked, (await own.SignInByKeyAsync(key)).Body);
        Assert.Equal(Blocked, (await own.SignInAsync("web", who.Name)).Body);
        own.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(200, (await own.SignInByKeyAsync(key)).Status);
    }

    [Fact]
    public async Task Fifty_guesses_at_once_at_one_key_are_judged_five_times()
    {
        var guess = NewKey();
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => host.SignInByKeyAsync(guess))));
        Assert.All(answers, answer => Assert.Equal((400, "invalid_grant"), Refusal(answer)));
        Assert.Equal(5, answers.Count(answer => answer.Text("error_description") == "The API key is not valid."));
    }

    private static string NewKey() => $"{Guid.NewGuid():N}{Guid.NewGuid():N}";

    private static (int Status, string Error) Refusal(Answer answer) => (answer.Status, answer.Text("error"));

    private async Task<(ApiKeyHost.Person Who, string Key)> KeyedAsync()
    {
        var (who, key) = (await host.PersonAsync(), NewKey());
        Assert.Equal(0, (await host.SetKeyAsync(who, key)).Json.Number("Status"));
        return (who, key);
    }

    private sealed class ThrottledHost : ApiKeyHost
    {
        protected override IEnumerable<string> Settings => ["--Accounts:Throttle:FailuresPerAddress=6"];
    }
}
