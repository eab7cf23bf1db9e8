using System.Text;
using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Attacks;

/// <summary>Text from outside never becomes a header of its own, a line of its own in the log, or an escape sequence in the terminal of whoever reads it.</summary>
public sealed class InjectionTests(AttackHost host) : IClassFixture<AttackHost>
{
    private const string Mark = "X-Injected: by-a-test";

    private static readonly string[] Names =
    [
        "state", "nonce", "client_id", "redirect_uri", "scope", "login_hint", "ui_locales", "acr_values", "code_challenge", "prompt", "response_mode", "request_uri", "id_token_hint", "unknown",
        "grant_type", "username", "password", "code", "code_verifier", "refresh_token", "client_secret", "client_assertion", "resource", "token", "token_type_hint", "post_logout_redirect_uri",
    ];

    public static TheoryData<string> Controls => ["%0d%0a", "%0a", "%0d", "%00", "%09", "%0b", "%1b[2J", "%7f", "%c2%80", "%c2%85", "%c2%9b2J", "%c2%9f"];

    [Theory, MemberData(nameof(Controls))]
    public async Task A_control_character_in_any_parameter_is_refused(string control)
    {
        var before = host.Log.Lines.Count;
        foreach (var name in Names)
        {
            var pair = $"{name}=x{control}{Uri.EscapeDataString(Mark)}";
            foreach (var path in new[] { "/connect/authorize", "/connect/endsession" })
            {
                Refuses(await host.GetAsync($"{path}?{pair}"), page: true);
                // Where everything else is right too.
                Refuses(await host.GetAsync($"{CodeFlowHost.Request("site")}&{pair}"), page: true);
                Refuses(await host.PostRawAsync(path, pair), page: true);
            }

            foreach (var path in new[] { "/connect/par", "/connect/token", "/connect/introspect", "/connect/revoke", "/connect/userinfo" })
            {
                Refuses(await host.PostRawAsync(path, pair, authorization: path is "/connect/userinfo" ? "Bearer x" : RawRequest.Basic("site")), page: false);
            }
        }

        NothingWasWrittenByThem(before);
    }

    [Theory, MemberData(nameof(Controls))]
    public async Task A_control_character_in_a_page_is_shown_to_nobody_and_logged_by_nobody(string control)
    {
        var before = host.Log.Lines.Count;
        var text = Uri.UnescapeDataString(control) + Mark;
        using var browser = new Browser(host);
        var page = await browser.OpenAsync("/sign-in");
        var stop = await browser.SignInAsync(page, $"name{text}");
        Assert.Equal("Sign in", stop.Heading);
        Assert.All(stop.Answer.Headers, header => Assert.DoesNotContain("by-a-test", header.Value, StringComparison.Ordinal));
        foreach (var place in new[] { "/sign-in", "/sign-out", "/consent", "/select-account", "/connect/authorize/resume", "/signed-out", "/error", "/account/applications" })
        {
            var answer = await host.GetAsync($"{place}?request=x{control}{Uri.EscapeDataString(Mark)}");
            Assert.All(answer.Headers, header => Assert.DoesNotContain("by-a-test", header.Value, StringComparison.Ordinal));
            Assert.DoesNotContain("by-a-test", answer.Body, StringComparison.Ordinal);
        }

        NothingWasWrittenByThem(before);
    }

    [Fact]
    public async Task A_control_character_in_a_header_is_refused_or_logged_by_nobody()
    {
        var before = host.Log.Lines.Count;
        foreach (var value in new[] { "a\r\n " + Mark, "a\u0001" + Mark, "a\u0085" + Mark, "a\u001b[2J" + Mark, "a\u009b2J" + Mark, "a\t" + Mark })
        {
            foreach (var header in new[] { "User-Agent", "Origin", "X-Forwarded-For", "X-Forwarded-Proto", "Authorization", "Cookie", "Accept-Language", "Referer", "If-None-Match" })
            {
                foreach (var path in new[] { "/connect/token", "/connect/authorize", "/sign-in", "/.well-known/jwks" })
                {
                    var octets = Encoding.UTF8.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{header}: {value}\r\n\r\n");
                    var answer = await RawHttp.SendAsync(host.Address, octets);
                    Assert.InRange(answer.Status, 200, 499);
                    Assert.DoesNotContain(answer.Headers, sent => sent.Key == "X-Injected" || sent.Value.Contains("by-a-test", StringComparison.Ordinal));
                }
            }
        }

        NothingWasWrittenByThem(before);
    }

    [Fact]
    public async Task What_may_be_said_comes_back_as_it_was_and_only_encoded()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "echoed" });
        using var browser = new Browser(host);
        const string State = "ünï 中文 😀 %0d%0a\"'<>&=+#;\\ \u00a0\u2028";
        var back = await browser.ArriveAsync(CodeFlowHost.Request("site", ("state", State)), "echoed");
        Assert.Equal(State, back.Parameter("state"));
        Assert.All(back.Left!.OriginalString, c => Assert.InRange(c, '!', '~'));
    }

    private static void Refuses(Answer answer, bool page)
    {
        Assert.Equal(400, answer.Status);
        Assert.False(answer.Headers.ContainsKey("Location"));
        Assert.All(answer.Headers, header => Assert.DoesNotContain("by-a-test", header.Key + header.Value, StringComparison.Ordinal));
        Assert.DoesNotContain("by-a-test", answer.Body, StringComparison.Ordinal);
        Assert.Equal(page ? "text/html; charset=utf-8" : "application/json; charset=utf-8", answer.Headers["Content-Type"]);
    }

    // The framework's own request lines hold the address as it was sent, escapes and all; decoded it stands in none.
    private void NothingWasWrittenByThem(int before) => Assert.All(host.Log.Lines.Skip(before), line =>
    {
        Assert.DoesNotContain(Mark, line.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(line.Text, c => char.IsControl(c) && c is not ('\n' or '\r' or '\t'));
    });
}
