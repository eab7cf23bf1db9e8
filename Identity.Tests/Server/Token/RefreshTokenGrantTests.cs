using System.Buffers.Text;
using System.Text.Json.Nodes;
using Identity.OpenId.Token;
using Identity.Server.Accounts;
using Identity.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.Server.Token;

public sealed class RefreshTokenGrantTests(RefreshTokenGrantTests.Host host) : IClassFixture<RefreshTokenGrantTests.Host>
{
    private const string Refused = """{"error":"invalid_grant","error_description":"The refresh token is not valid."}""";

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_refresh_token_is_replaced_by_each_use()
    {
        var token = await SignInAsync("web", "rotation");
        for (var i = 0; i < 5; i++)
        {
            var answer = await host.RefreshAsync("web", token);
            Assert.Equal(200, answer.Status);
            Assert.NotEqual(token, answer.RefreshToken, StringComparer.Ordinal);
            Assert.Equal(200, (await host.UserInfoAsync(answer.AccessToken)).Status);
            token = answer.RefreshToken;
        }
    }

    [Fact]
    public async Task Within_the_window_a_lost_answer_can_be_fetched_again()
    {
        var first = await SignInAsync("web", "replay");
        var second = await host.RefreshAsync("web", first);
        var again = await host.RefreshAsync("web", first);
        host.Clock.Advance(29 * Second);
        var last = await host.RefreshAsync("web", first);
        Assert.Equal((200, 200, 200), (second.Status, again.Status, last.Status));
        Assert.Equal((second.RefreshToken, second.RefreshToken), (again.RefreshToken, last.RefreshToken));
        Assert.Equal(3, new HashSet<string>([second.AccessToken, again.AccessToken, last.AccessToken], StringComparer.Ordinal).Count);
        Assert.Equal(200, (await host.RefreshAsync("web", second.RefreshToken)).Status);
    }

    [Fact]
    public async Task On_the_second_that_ends_the_window_a_replay_ends_the_family()
    {
        var first = await SignInAsync("web", "edge");
        var second = (await host.RefreshAsync("web", first)).RefreshToken;
        host.Clock.Advance(30 * Second);
        (await host.RefreshAsync("web", first)).IsRefusal(400, Refused);
        (await host.RefreshAsync("web", second)).IsRefusal(400, Refused);
        Assert.Contains(host.Log.Lines, line => line.Event.Id == 2010 && line.Text.Contains("of client web", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_token_whose_successor_was_used_ends_the_family_and_its_access_tokens()
    {
        var first = await SignInAsync("web", "reuse");
        var second = await host.RefreshAsync("web", first);
        var third = await host.RefreshAsync("web", second.RefreshToken);
        (await host.RefreshAsync("web", first)).IsRefusal(400, Refused);
        (await host.RefreshAsync("web", third.RefreshToken)).IsRefusal(400, Refused);
        Assert.Equal(401, (await host.UserInfoAsync(third.AccessToken)).Status);
    }

    [Fact]
    public async Task Reuse_ends_one_family_and_no_other_of_the_same_account()
    {
        var first = await SignInAsync("web", "siblings");
        var sibling = (await host.SignInAsync("web", "siblings")).RefreshToken;
        await host.RefreshAsync("web", first);
        host.Clock.Advance(30 * Second);
        (await host.RefreshAsync("web", first)).IsRefusal(400, Refused);
        Assert.Equal(200, (await host.RefreshAsync("web", sibling)).Status);
    }

    [Fact]
    public async Task An_unused_family_ends_on_the_second_after_thirty_days()
    {
        var (early, late) = (await SignInAsync("web", "sliding"), (await host.SignInAsync("web", "sliding")).RefreshToken);
        host.Clock.Advance(TimeSpan.FromDays(30) - Second);
        Assert.Equal(200, (await host.RefreshAsync("web", early)).Status);
        host.Clock.Advance(Second);
        (await host.RefreshAsync("web", late)).IsRefusal(400, Refused);
    }

    [Fact]
    public async Task A_used_family_ends_on_the_second_after_its_absolute_life()
    {
        var start = host.Clock.GetUtcNow();
        var token = await SignInAsync("brief", "absolute");
        // Lives 10 minutes unused, and an hour in all.
        for (var i = 0; i < 6; i++)
        {
            host.Clock.Advance(TimeSpan.FromMinutes(10) - Second);
            token = (await host.RefreshAsync("brief", token)).RefreshToken;
        }

        host.Clock.Advance(start + TimeSpan.FromHours(1) - Second - host.Clock.GetUtcNow());
        token = (await host.RefreshAsync("brief", token)).RefreshToken;
        host.Clock.Advance(Second);
        (await host.RefreshAsync("brief", token)).IsRefusal(400, Refused);
    }

    [Fact]
    public async Task Without_a_window_a_replay_ends_the_family_at_once()
    {
        var first = await SignInAsync("strict", "no-window");
        var second = (await host.RefreshAsync("strict", first)).RefreshToken;
        (await host.RefreshAsync("strict", first)).IsRefusal(400, Refused);
        (await host.RefreshAsync("strict", second)).IsRefusal(400, Refused);
    }

    [Fact]
    public async Task Where_the_client_does_not_rotate_one_token_serves_and_slides()
    {
        var token = await SignInAsync("constant", "constant");
        for (var i = 0; i < 3; i++)
        {
            host.Clock.Advance(TimeSpan.FromDays(29));
            Assert.Equal(token, (await host.RefreshAsync("constant", token)).RefreshToken);
        }

        host.Clock.Advance(TimeSpan.FromDays(30));
        (await host.RefreshAsync("constant", token)).IsRefusal(400, Refused);
    }

    [Theory]
    [InlineData("other")]
    [InlineData("app")]
    public async Task Another_client_gets_nothing_and_ends_nothing(string client)
    {
        var first = await SignInAsync("web", "thief-" + client);
        var second = (await host.RefreshAsync("web", first)).RefreshToken;
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        // Both the live token and one that would end the family in its own client's hands.
        (await host.RefreshAsync(client, second)).IsRefusal(400, Refused);
        (await host.RefreshAsync(client, first)).IsRefusal(400, Refused);
        Assert.Equal(200, (await host.RefreshAsync("web", second)).Status);
    }

    [Fact]
    public async Task A_forged_token_never_touches_the_row()
    {
        var first = await SignInAsync("web", "forged");
        var second = (await host.RefreshAsync("web", first)).RefreshToken;
        Assert.True(RefreshToken.TryRead(second, out var read, out _));
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        var before = await RowAsync(read.Family);
        var writes = await host.WritesAsync(async () =>
        {
            foreach (var generation in new uint[] { 0, 1, 2, 3, 1000, uint.MaxValue })
            {
                (await host.RefreshAsync("web", (read with { Generation = generation }).Write(new byte[32]))).IsRefusal(400, Refused);
            }

            // The MAC of another generation, and one changed character.
            byte[] crossed = [.. Base64Url.DecodeFromChars(first).AsSpan(0, 23), .. Base64Url.DecodeFromChars(second).AsSpan(23)];
            (await host.RefreshAsync("web", Base64Url.EncodeToString(crossed))).IsRefusal(400, Refused);
            (await host.RefreshAsync("web", second[..^2] + (second[^2] == 'A' ? 'B' : 'A') + second[^1])).IsRefusal(400, Refused);
        });
        Assert.Empty(writes);
        Assert.Equivalent(before, await RowAsync(read.Family), strict: true);
        Assert.Equal(200, (await host.RefreshAsync("web", second)).Status);
    }

    [Fact]
    public async Task A_refresh_may_narrow_the_scope_and_the_family_keeps_all_of_it()
    {
        var token = await SignInAsync("web", "narrowing", "openid profile api");
        var narrow = await RefreshAsync("web", token, "openid");
        Assert.Equal("openid", narrow.Text("scope"));
        Assert.Equal("openid profile api", (await host.RefreshAsync("web", narrow.RefreshToken)).Text("scope"));
    }

    [Fact]
    public async Task A_refresh_that_asks_for_more_is_refused_and_uses_up_nothing()
    {
        var token = await SignInAsync("web", "widening", "openid");
        var writes = await host.WritesAsync(async () =>
            (await RefreshAsync("web", token, "openid api")).IsRefusal(400, """{"error":"invalid_scope","error_description":"The scope exceeds what was granted."}"""));
        Assert.Empty(writes);
        var second = await host.RefreshAsync("web", token);
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(200, (await host.RefreshAsync("web", second.RefreshToken)).Status);
    }

    [Fact]
    public async Task Without_openid_there_is_no_id_token_but_still_a_refresh_token()
    {
        var token = await SignInAsync("web", "no-openid", "api");
        var answer = await host.RefreshAsync("web", token);
        Assert.Equal($$"""{"access_token":"{{answer.AccessToken}}","token_type":"Bearer","expires_in":3600,"refresh_token":"{{answer.RefreshToken}}","scope":"api"}""", answer.Body);
    }

    [Fact]
    public async Task The_account_s_end_is_the_family_s()
    {
        var (disabled, ended) = (await SignInAsync("web", "disabled"), await SignInAsync("web", "ended"));
        await host.DisableAccountAsync("disabled");
        host.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await host.EndSessionsAsync("ended");
        (await host.RefreshAsync("web", disabled)).IsRefusal(400, Refused);
        (await host.RefreshAsync("web", ended)).IsRefusal(400, Refused);
        Assert.Equal(200, (await host.RefreshAsync("web", (await host.SignInAsync("web", "ended")).RefreshToken)).Status);
    }

    [Fact]
    public async Task After_an_older_copy_of_the_database_came_back_a_token_moves_the_row_forward()
    {
        var token = await SignInAsync("web", "restored");
        Assert.True(RefreshToken.TryRead(token, out var read, out _));
        for (var i = 0; i < 4; i++)
        {
            token = (await host.RefreshAsync("web", token)).RefreshToken;
        }

        await host.WriteAsync(db => db.RefreshFamilies.Where(row => row.Id == read.Family).ExecuteUpdateAsync(set => set.SetProperty(row => row.Generation, 2)));
        var forward = await host.RefreshAsync("web", token);
        Assert.Equal(200, forward.Status);
        Assert.Equal(6, (await RowAsync(read.Family)).Generation);
        Assert.Contains(host.Log.Lines, line => line.Event.Id == 2011 && line.Text.Contains($"{read.Family} of client web was behind its token and moved from 2 to 6", StringComparison.Ordinal));
        // The same once more is a replay, and the successor is good.
        Assert.Equal(forward.RefreshToken, (await host.RefreshAsync("web", token)).RefreshToken);
        Assert.Equal(200, (await host.RefreshAsync("web", forward.RefreshToken)).Status);
    }

    [Fact]
    public async Task A_rotation_is_one_UPDATE_and_nothing_else()
    {
        var token = await SignInAsync("web", "budget");
        var writes = await host.WritesAsync(async () => token = (await host.RefreshAsync("web", token)).RefreshToken);
        Assert.Equal(["UPDATE refresh_families"], writes);
        Assert.Equal(1, await host.ReadAsync(db => db.RefreshFamilies.CountAsync(row => row.Account!.UserName == "budget")));
    }

    [Fact]
    public async Task A_replay_within_the_window_writes_nothing()
    {
        var token = await SignInAsync("web", "replay-budget");
        await host.RefreshAsync("web", token);
        Assert.Empty(await host.WritesAsync(() => host.RefreshAsync("web", token)));
    }

    [Fact]
    public async Task Fifty_refreshes_at_once_are_one_rotation_and_fifty_equal_tokens()
    {
        var token = await SignInAsync("web", "racers");
        Assert.True(RefreshToken.TryRead(token, out var read, out _));
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => host.RefreshAsync("web", token)));
        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        Assert.Single(answers.Select(answer => answer.RefreshToken).Distinct(StringComparer.Ordinal));
        Assert.Equal(50, answers.Select(answer => answer.AccessToken).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(2, (await RowAsync(read.Family)).Generation);
        Assert.Equal(200, (await host.RefreshAsync("web", answers[0].RefreshToken)).Status);
    }

    [Fact]
    public async Task Fifty_refreshes_at_once_after_a_restore_are_one_step_forward()
    {
        var token = await SignInAsync("web", "restored-racers");
        Assert.True(RefreshToken.TryRead(token, out var read, out _));
        token = (await host.RefreshAsync("web", (await host.RefreshAsync("web", token)).RefreshToken)).RefreshToken;
        await host.WriteAsync(db => db.RefreshFamilies.Where(row => row.Id == read.Family).ExecuteUpdateAsync(set => set.SetProperty(row => row.Generation, 1)));
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => host.RefreshAsync("web", token)));
        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        Assert.Single(answers.Select(answer => answer.RefreshToken).Distinct(StringComparer.Ordinal));
        Assert.Equal(4, (await RowAsync(read.Family)).Generation);
    }

    [Fact]
    public async Task Refreshing_while_the_token_is_revoked_never_outlives_the_revocation()
    {
        var token = await SignInAsync("web", "revoked-racers");
        var racers = Enumerable.Range(0, 20).Select(i => i == 10 ? host.PostAsync("/connect/revoke", "web", ("token", token)) : host.RefreshAsync("web", token)).ToList();
        await Task.WhenAll(racers);
        (await host.RefreshAsync("web", token)).IsRefusal(400, Refused);
        foreach (var answer in racers.Select(racer => racer.Result).Where(answer => answer is { Status: 200, Body.Length: > 0 }))
        {
            (await host.RefreshAsync("web", answer.RefreshToken)).IsRefusal(400, Refused);
            Assert.Equal(401, (await host.UserInfoAsync(answer.AccessToken)).Status);
        }
    }

    [Fact]
    public async Task Refresh_tokens_survive_a_restart()
    {
        var token = await SignInAsync("web", "restart");
        await host.RestartAsync();
        Assert.Equal(200, (await host.RefreshAsync("web", token)).Status);
    }

    [Fact]
    public async Task What_the_client_may_no_longer_have_is_not_refreshed()
    {
        var token = await SignInAsync("shrinking", "shrinking", "openid profile api");
        await host.ReconfigureAsync("openid profile");
        try
        {
            var answer = await host.RefreshAsync("shrinking", token);
            Assert.Equal("openid profile", answer.Text("scope"));
            Assert.Equal(host.Issuer, Jwt.Payload(answer.AccessToken).GetProperty("aud").GetString());
        }
        finally
        {
            await host.ReconfigureAsync("openid profile api");
        }
    }

    private async Task<string> SignInAsync(string client, string name, string? scope = null)
    {
        await host.AddAccountAsync(new NewAccount { UserName = name });
        return (await host.SignInAsync(client, name, scope: scope)).RefreshToken;
    }

    private Task<Answer> RefreshAsync(string client, string token, string scope) =>
        host.TokenAsync(client, ("grant_type", "refresh_token"), ("refresh_token", token), ("scope", scope));

    private Task<Identity.Server.Data.RefreshFamilyRow> RowAsync(Guid id) => host.ReadAsync(db => db.RefreshFamilies.AsNoTracking().SingleAsync(row => row.Id == id));

    public sealed class Host : SqlHost
    {
        private string shrinking = "openid profile api";

        protected override JsonArray Clients
        {
            get
            {
                var clients = base.Clients;
                clients.Add(Client("brief", "openid", ("refresh_token_lifetime", "00:10:00"), ("refresh_token_absolute_lifetime", "01:00:00")));
                clients.Add(Client("strict", "openid", ("refresh_replay_window", "0")));
                clients.Add(Client("constant", "openid", ("rotate_refresh_tokens", "false")));
                clients.Add(Client("shrinking", shrinking));
                return clients;
            }
        }

        public async Task ReconfigureAsync(string scope)
        {
            shrinking = scope;
            await WriteSettingsAsync();
            await RestartAsync();
        }

        private static JsonObject Client(string id, string scope, params (string Name, string Value)[] more)
        {
            var client = new JsonObject { ["client_id"] = id, ["client_secret"] = Secret, ["grant_types"] = new JsonArray("password", "refresh_token"), ["scope"] = scope, ["first_party"] = true };
            foreach (var (name, value) in more)
            {
                client[name] = value;
            }

            return client;
        }
    }
}
