using Identity.OpenId.Clients;
using Identity.OpenId.Device;
using Identity.OpenId.Scopes;
using Identity.OpenId.Tokens;
using Identity.Server.Accounts;
using Identity.Server.Clients;
using Identity.Server.Data;
using Identity.Server.Issuing;
using Identity.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.Conformance;

/// <summary>The device authorization grant, RFC 8628.</summary>
public sealed class Rfc8628(CodeFlowHost host) : IClassFixture<CodeFlowHost>
{
    private const string Grant = "urn:ietf:params:oauth:grant-type:device_code";

    [Fact]
    public async Task Rfc8628_3_2_the_device_is_told_what_to_show()
    {
        var answer = await BeginAsync();
        var code = answer.Text("user_code");
        Assert.Equal(
            $$"""{"device_code":"{{answer.Text("device_code")}}","user_code":"{{code}}","verification_uri":"{{host.Issuer}}/device","verification_uri_complete":"{{host.Issuer}}/device?user_code={{code}}","expires_in":600,"interval":5}""",
            answer.Body);
        Assert.Equal((200, "no-store"), (answer.Status, answer.Headers["Cache-Control"]));
        Assert.Matches($"^[{UserCode.Letters}]{{4}}-[{UserCode.Letters}]{{4}}$", code);
    }

    [Fact]
    public async Task Rfc8628_3_1_who_may_not_begin_is_told_so()
    {
        Assert.Equal("unauthorized_client", (await host.PostAsync("/connect/device", "web", ("scope", "openid"))).Text("error"));
        Assert.Equal("invalid_client", (await host.PostAsync("/connect/device", null, ("scope", "openid"))).Text("error"));
        Assert.Equal("invalid_scope", (await host.PostAsync("/connect/device", "tv", ("scope", "openid email"))).Text("error"));
        Assert.Equal("invalid_target", (await host.PostAsync("/connect/device", "tv", ("scope", "openid"), ("resource", "https://api.example"))).Text("error"));
        Assert.Equal("unauthorized_client", (await host.TokenAsync("web", ("grant_type", Grant), ("device_code", "x"))).Text("error"));
    }

    [Fact]
    public async Task Rfc8628_3_3_a_person_types_the_code_signs_in_sees_the_warning_and_lets_the_device_in()
    {
        var account = await host.AddAccountAsync(new NewAccount { UserName = "viewer", Nickname = "Viewer" });
        var device = await BeginAsync("openid profile offline_access api");
        Assert.Equal("authorization_pending", (await PollAsync(device)).Text("error"));
        using var browser = new Browser(host);
        var page = await browser.OpenAsync("/device");
        Assert.Equal("Sign in", page.Heading);
        page = await browser.SignInAsync(page, "viewer");
        Assert.Equal("Connect a device", page.Heading);
        page = await browser.SubmitAsync(page, "Continue", ("user_code", device.Text("user_code").ToLowerInvariant().Replace('-', ' ')));
        Assert.Equal("Let this device in?", page.Heading);
        foreach (var shown in new[] { "The Television", device.Text("user_code"), "see your profile", "it is an attempt to get into your account" })
        {
            Assert.Contains(shown, page.Answer.Body, StringComparison.Ordinal);
        }

        // The code alone gives nothing yet.
        host.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("authorization_pending", (await PollAsync(device)).Text("error"));
        Assert.Equal("The device is connected", (await browser.SubmitAsync(page, "Allow")).Heading);
        var tokens = await PollAsync(device);
        Assert.Equal(200, tokens.Status);
        Assert.Equal("openid profile offline_access api", tokens.Text("scope"));
        Assert.Equal(account.Subject, Jwt.Payload(tokens.Text("id_token")).GetProperty("sub").GetString());
        Assert.Equal("Viewer", (await host.UserInfoAsync(tokens.AccessToken)).Text("nickname"));
        Assert.Equal(200, (await host.RefreshAsync("tv", tokens.RefreshToken)).Status);
        Assert.Equal("invalid_grant", (await PollAsync(device)).Text("error"));
        Assert.Contains("The Television", (await browser.OpenAsync("/account/applications")).Answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rfc8628_3_3_a_device_is_let_in_by_the_person_who_saw_the_question()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "asked" });
        await host.AddAccountAsync(new NewAccount { UserName = "unasked" });
        var device = await BeginAsync();
        using var browser = new Browser(host);
        var page = await browser.SubmitAsync(await browser.SignInAsync(await browser.OpenAsync("/device"), "asked"), "Continue", ("user_code", device.Text("user_code")));
        Assert.Equal("Let this device in?", page.Heading);
        await browser.SignInAsync(await browser.OpenAsync("/sign-in"), "unasked");
        var again = await browser.SubmitAsync(page, "Allow");
        Assert.Equal((400, "Let this device in?"), (again.Answer.Status, again.Heading));
        Assert.Equal("authorization_pending", (await PollAsync(device)).Text("error"));
        Assert.Equal("The device is connected", (await browser.SubmitAsync(again, "Allow")).Heading);
    }

    [Fact]
    public async Task Rfc8628_3_3_1_a_link_fills_the_code_in_and_decides_nothing()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "linked" });
        var device = await BeginAsync();
        using var browser = new Browser(host);
        var page = await browser.SignInAsync(await browser.OpenAsync(new Uri(device.Text("verification_uri_complete")).PathAndQuery), "linked");
        Assert.Equal("Connect a device", page.Heading);
        Assert.Equal(device.Text("user_code"), page.Document.QuerySelector("#user_code")!.GetAttribute("value"));
        Assert.DoesNotContain("The Television", page.Answer.Body, StringComparison.Ordinal);
        page = await browser.SubmitAsync(page, "Continue");
        Assert.Equal("The device was not let in", (await browser.SubmitAsync(page, "Do not allow")).Heading);
        Assert.Equal("access_denied", (await PollAsync(device)).Text("error"));
        // A no stays one.
        Assert.Contains("There is no device with this code", (await browser.SubmitAsync(page, "Allow")).Answer.Body, StringComparison.Ordinal);
        Assert.Equal("access_denied", (await PollAsync(device)).Text("error"));
    }

    [Fact]
    public async Task Rfc8628_3_5_a_device_that_polls_too_often_has_to_wait_longer()
    {
        var device = await BeginAsync();
        Assert.Equal("authorization_pending", (await PollAsync(device)).Text("error"));
        host.Clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal("slow_down", (await PollAsync(device)).Text("error"));
        host.Clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal("slow_down", (await PollAsync(device)).Text("error"));
        host.Clock.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal("authorization_pending", (await PollAsync(device)).Text("error"));
    }

    [Fact]
    public async Task Rfc8628_3_5_fifty_polls_at_once_are_one_in_time()
    {
        var device = await BeginAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => PollAsync(device)));
        Assert.Single(answers, answer => answer.Text("error") is "authorization_pending");
        Assert.Equal(49, answers.Count(answer => answer.Text("error") is "slow_down"));
    }

    [Fact]
    public async Task Rfc8628_3_5_a_code_expires_even_if_it_was_approved()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "late" });
        var (approved, waiting) = (await BeginAsync(), await BeginAsync());
        using var browser = new Browser(host);
        var page = await AskAsync(browser, "late", approved);
        Assert.Equal("The device is connected", (await browser.SubmitAsync(page, "Allow")).Heading);
        host.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal("expired_token", (await PollAsync(approved)).Text("error"));
        Assert.Equal("expired_token", (await PollAsync(waiting)).Text("error"));
        page = await browser.SubmitAsync(await browser.OpenAsync("/device"), "Continue", ("user_code", waiting.Text("user_code")));
        Assert.Contains("There is no device with this code", page.Answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_code_is_of_its_own_client()
    {
        var device = await BeginAsync();
        Assert.Equal("invalid_grant", (await host.TokenAsync("box", ("grant_type", Grant), ("device_code", device.Text("device_code")))).Text("error"));
        Assert.Equal("invalid_grant", (await host.TokenAsync("tv", ("grant_type", Grant), ("device_code", device.Text("user_code")))).Text("error"));
        Assert.Equal("invalid_request", (await host.TokenAsync("tv", ("grant_type", Grant))).Text("error"));
        Assert.Equal("authorization_pending", (await PollAsync(device)).Text("error"));
    }

    [Fact]
    public async Task Fifty_polls_of_an_approved_code_have_one_winner()
    {
        var device = await ApprovedAsync("polled");
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => PollAsync(device)));
        var winner = Assert.Single(answers, answer => answer.Status == 200);
        Assert.All(answers.Where(answer => answer != winner), answer => Assert.Equal("invalid_grant", answer.Text("error")));
        Assert.Equal(200, (await host.UserInfoAsync(winner.AccessToken)).Status);
    }

    /// <summary>All of them have passed every check before the first one writes.</summary>
    [Fact]
    public async Task Fifty_redemptions_of_one_code_begin_one_family()
    {
        var device = await ApprovedAsync("raced");
        var client = host.Services.GetRequiredService<ClientDirectory>().Find("tv")!.Metadata;
        var row = await RowAsync(device);
        var account = await host.Store.ReadAsync(db => db.Accounts.AsNoTracking().SingleAsync(one => one.UserName == "raced"), CancellationToken.None);
        var proved = new Authorization { Client = client, Account = account, Scopes = ScopeSet.Of("openid"), AuthTime = host.Clock.GetUtcNow(), DeviceHash = row.DeviceHash, SessionId = row.Sid };
        var families = host.Services.GetRequiredService<RefreshFamilies>();
        var begun = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => families.BeginAsync(proved, CancellationToken.None))));
        Assert.Single(begun, family => family is not null);
    }

    [Fact]
    public async Task Fifty_answers_to_one_device_are_one()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "decider" });
        var device = await BeginAsync();
        using var browser = new Browser(host);
        var page = await AskAsync(browser, "decider", device);
        var pages = await Task.WhenAll(Enumerable.Range(0, 50).Select(n => browser.SubmitAsync(page, n % 2 == 0 ? "Allow" : "Do not allow")));
        var decided = Assert.Single(pages, one => one.Heading is "The device is connected" or "The device was not let in");
        Assert.Equal(decided.Heading is "The device is connected" ? 200 : 400, (await PollAsync(device)).Status);
    }

    [Fact]
    public async Task A_session_that_ended_meanwhile_lets_nobody_in()
    {
        var device = await ApprovedAsync("gone");
        var sid = (await RowAsync(device)).Sid;
        var now = host.Clock.GetUtcNow();
        await host.Store.WriteAsync(db => db.Sessions.Where(one => one.Sid == sid).ExecuteUpdateAsync(set => set.SetProperty(one => one.EndedAt, now)), CancellationToken.None);
        Assert.Equal("invalid_grant", (await PollAsync(device)).Text("error"));
    }

    [Fact]
    public async Task Rfc8628_5_1_guessing_codes_is_stopped_and_right_ones_cost_nothing()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "guesser" });
        var device = await BeginAsync();
        using var browser = new Browser(host);
        var page = await browser.SignInAsync(await browser.OpenAsync("/device"), "guesser");
        for (var right = 0; right < 15; right++)
        {
            Assert.Equal("Let this device in?", (await browser.SubmitAsync(page, "Continue", ("user_code", device.Text("user_code")))).Heading);
        }

        for (var guess = 0; guess < 10; guess++)
        {
            Assert.Contains("There is no device with this code", (await browser.SubmitAsync(page, "Continue", ("user_code", "BBBBBBBB"))).Answer.Body, StringComparison.Ordinal);
        }

        Assert.Contains("too many failed attempts", (await browser.SubmitAsync(page, "Continue", ("user_code", device.Text("user_code")))).Answer.Body, StringComparison.Ordinal);
        host.Clock.Advance(TimeSpan.FromMinutes(10));
        var fresh = await BeginAsync();
        Assert.Equal("Let this device in?", (await browser.SubmitAsync(page, "Continue", ("user_code", fresh.Text("user_code")))).Heading);
    }

    [Fact]
    public async Task Nobody_is_let_in_by_a_form_of_another_site_or_without_a_session()
    {
        var device = await BeginAsync();
        var forged = await host.PostAsync("/device?handler=Decide", null, ("user_code", device.Text("user_code")), ("allow", "true"));
        Assert.Equal(400, forged.Status);
        using var browser = new Browser(host);
        Assert.Equal("Sign in", (await browser.OpenAsync("/device")).Heading);
        Assert.Equal("authorization_pending", (await PollAsync(device)).Text("error"));
    }

    [Fact]
    public async Task What_a_person_types_is_stored_under_a_key()
    {
        var device = await BeginAsync();
        var rows = await host.Store.ReadAsync(db => db.DeviceCodes.AsNoTracking().ToListAsync(), CancellationToken.None);
        Assert.All(rows, row => Assert.NotEqual(Handle.Hash(UserCode.Read(device.Text("user_code"))!), row.UserHash));
    }

    private Task<Answer> BeginAsync(string scope = "openid") => host.PostAsync("/connect/device", "tv", ("scope", scope));

    private Task<Answer> PollAsync(Answer device) => host.TokenAsync("tv", ("grant_type", Grant), ("device_code", device.Text("device_code")));

    private Task<DeviceCodeRow> RowAsync(Answer device)
    {
        var hash = Handle.Hash(device.Text("device_code"));
        return host.Store.ReadAsync(db => db.DeviceCodes.AsNoTracking().SingleAsync(row => row.DeviceHash == hash), CancellationToken.None);
    }

    private static async Task<Stop> AskAsync(Browser browser, string name, Answer device) =>
        await browser.SubmitAsync(await browser.SignInAsync(await browser.OpenAsync($"/device?user_code={device.Text("user_code")}"), name), "Continue");

    private async Task<Answer> ApprovedAsync(string name)
    {
        await host.AddAccountAsync(new NewAccount { UserName = name });
        var device = await BeginAsync();
        using var browser = new Browser(host);
        Assert.Equal("The device is connected", (await browser.SubmitAsync(await AskAsync(browser, name, device), "Allow")).Heading);
        return device;
    }
}
