using Identity.Tests.Support;

namespace Identity.Tests.Attacks;

/// <summary>Code injection and replay, RFC 9700 §4.5 and RFC 6749 §10.5.</summary>
public sealed class CodeTheftTests(AttackHost host) : IClassFixture<AttackHost>
{
    [Fact]
    public async Task A_stolen_code_is_worth_nothing_to_another_client_and_stays_good_for_its_own()
    {
        var code = await host.NewCodeAsync("site", "stolen");
        foreach (var thief in new[] { "rival", "shop", "spa" })
        {
            (await host.RedeemAsync(thief, code)).IsRefusal(400, Refusal("The authorization code is not valid."));
        }

        Assert.Equal(200, (await host.RedeemAsync("site", code)).Status);
    }

    [Fact]
    public async Task A_code_is_bound_to_the_redirect_uri_that_it_was_sent_to()
    {
        var code = await host.NewCodeAsync("rival", "misdirected", ("redirect_uri", AttackHost.RivalCallback));
        // Its own too, but not the one of this code.
        foreach (var elsewhere in new[] { CodeFlowHost.Callback, "https://rival.example/callback/", "https://RIVAL.example/callback", "https://rival.example/callback?" })
        {
            (await host.RedeemAsync("rival", code, redirectUri: elsewhere)).IsRefusal(400, Refusal("The authorization code is not valid."));
        }

        var without = await host.TokenAsync("rival", ("grant_type", "authorization_code"), ("code", code), ("code_verifier", CodeFlowHost.Verifier));
        Assert.Equal("invalid_request", without.Text("error"));
        Assert.Equal(200, (await host.RedeemAsync("rival", code, redirectUri: AttackHost.RivalCallback)).Status);
    }

    [Theory]
    [InlineData("site")]
    [InlineData("spa")]
    public async Task A_code_is_worth_nothing_without_the_verifier_of_its_request(string client)
    {
        var code = await host.NewCodeAsync(client, $"unverified-{client}");
        foreach (var verifier in new[] { null, "", new string('a', 43), CodeFlowHost.Verifier[..^1], CodeFlowHost.Verifier + "a", Identity.OpenId.Token.Pkce.Challenge(CodeFlowHost.Verifier) })
        {
            var answer = await host.RedeemAsync(client, code, verifier);
            Assert.Equal((400, "invalid_grant"), (answer.Status, answer.Text("error")));
        }

        // Nobody's guess has used it up.
        Assert.Equal(200, (await host.RedeemAsync(client, code)).Status);
    }

    [Theory]
    [InlineData("site")]
    [InlineData("reference")]
    public async Task A_code_that_comes_back_ends_everything_that_it_gave(string client)
    {
        var code = await host.NewCodeAsync(client, $"replayed-{client}", ("scope", "openid offline_access"));
        var first = await host.RedeemAsync(client, code);
        var refreshed = await host.RefreshAsync(client, first.RefreshToken);
        Assert.Equal(200, (await host.UserInfoAsync(refreshed.AccessToken)).Status);

        // A thief who is another client ends nothing by it.
        Assert.Equal(400, (await host.RedeemAsync("rival", code)).Status);
        Assert.Equal(200, (await host.UserInfoAsync(refreshed.AccessToken)).Status);

        (await host.RedeemAsync(client, code)).IsRefusal(400, Refusal("The authorization code is not valid."));
        foreach (var tokens in new[] { first, refreshed })
        {
            Assert.Equal(401, (await host.UserInfoAsync(tokens.AccessToken)).Status);
            Assert.False((await host.IntrospectAsync("watcher", tokens.AccessToken)).Json.GetProperty("active").GetBoolean());
            Assert.Equal("invalid_grant", (await host.RefreshAsync(client, tokens.RefreshToken)).Text("error"));
        }

        Assert.Contains(host.Log.Lines, line => line.Event.Id == 2014 && line.Text.Contains($"client {client} ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_code_dies_after_a_minute()
    {
        var (late, early) = (await host.NewCodeAsync("site", "late"), await host.NewCodeAsync("site", "early"));
        host.Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(200, (await host.RedeemAsync("site", early)).Status);
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("invalid_grant", (await host.RedeemAsync("site", late)).Text("error"));
    }

    private static string Refusal(string description) => $$"""{"error":"invalid_grant","error_description":"{{description}}"}""";
}
