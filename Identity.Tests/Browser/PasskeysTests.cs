using System.Text.Json;
using Identity.Server.Accounts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;

namespace Identity.Tests.Browsing;

/// <summary>Passkeys as a person meets them, with the virtual authenticator of Chromium (WebAuthn §11).</summary>
[Collection(InChromium.Name)]
public sealed class PasskeysTests(ChromiumFixture chromium, BrowserHost host) : IClassFixture<BrowserHost>
{
    private const string Page = "/account/passkeys";

    // A name: by a bare address browsers have no passkeys.
    private string Home => $"http://localhost:{host.Address.Port}";

    [Fact]
    public async Task A_person_adds_a_passkey_signs_in_with_it_and_removes_it()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "keyholder", Nickname = "The Keyholder", Email = "keyholder@example.com", EmailVerified = true });
        await using var window = await chromium.OpenAsync();
        var device = await VirtualDevice.PlugInAsync(window.Page);
        // The person answers the button only, and not what the browser offers by itself.
        await device.TouchAsync(false);
        await window.Page.GotoAsync($"{Home}/");
        await window.SignInAsync("keyholder");
        await window.ArriveAsync("Your account");
        await window.Link("Passkeys").First.ClickAsync();
        await window.ArriveAsync("Passkeys");
        await window.SeenAsync("passkeys-none");

        await device.TouchAsync(true);
        await window.Page.GetByLabel("Name", new() { Exact = true }).FillAsync("The blue key");
        await window.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Status)).ToContainTextAsync("The passkey was added.");
        Assert.Equal(1, await device.CountAsync());
        await window.SeenAsync("passkeys-added");

        // The same device has one, and says so before anything is sent.
        await window.Button("Add a passkey").ClickAsync();
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("This device has a passkey of your account already.");
        await window.SeenAsync("passkeys-known");

        await device.TouchAsync(false);
        await SignOutAsync(window);
        await Assertions.Expect(window.Button("Sign in with a passkey")).ToBeVisibleAsync();
        await window.SeenAsync("sign-in-passkey");
        await device.TouchAsync(true);
        await window.Button("Sign in with a passkey").ClickAsync();
        await window.ArriveAsync("Your account");
        await Assertions.Expect(window.Page.Locator("main")).ToContainTextAsync("The Keyholder");

        await window.Page.GotoAsync(Home + Page);
        await Assertions.Expect(window.Page.Locator(".rows")).ToContainTextAsync("last used");
        await window.Page.GetByText("Rename", new() { Exact = true }).ClickAsync();
        await window.SeenAsync("passkeys-rename");
        await window.Page.GetByLabel("New name").FillAsync("The green key");
        await window.Button("Save the name").ClickAsync();
        await Assertions.Expect(window.Page.Locator(".rows strong")).ToHaveTextAsync("The green key");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Remove the passkey “The green key”" }).ClickAsync();
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Status)).ToContainTextAsync("The passkey was removed");

        // The device still has it.
        await device.TouchAsync(false);
        await SignOutAsync(window);
        await device.TouchAsync(true);
        await window.Button("Sign in with a passkey").ClickAsync();
        await Assertions.Expect(window.Page.Locator("#problem")).ToContainTextAsync("This passkey was not accepted.");
        await window.SeenAsync("sign-in-passkey-refused");
        await window.CloseAsync();
    }

    [Fact]
    public async Task The_browser_offers_the_passkey_by_itself_in_the_field_of_the_name()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "autofilled" });
        await using var window = await chromium.OpenAsync();
        await window.Page.GotoAsync($"{Home}/");
        if (!await window.Page.EvaluateAsync<bool>("PublicKeyCredential.isConditionalMediationAvailable()"))
        {
            Assert.Skip("This Chromium offers no passkeys in fields.");
        }

        await window.SignInAsync("autofilled");
        await window.ArriveAsync("Your account");
        var device = await VirtualDevice.PlugInAsync(window.Page);
        await window.Page.GotoAsync(Home + Page);
        await window.Button("Add a passkey").ClickAsync();
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Status)).ToContainTextAsync("The passkey was added.");
        await device.TouchAsync(false);
        await SignOutAsync(window);
        // Where a person would choose from the list, the virtual device answers what waits.
        await device.TouchAsync(true);
        await window.Page.ReloadAsync();
        await window.ArriveAsync("Your account");
        await window.CloseAsync();
    }

    [Fact]
    public async Task A_device_that_cannot_verify_its_person_gets_no_passkey()
    {
        var account = await host.AddAccountAsync(new NewAccount { UserName = "touch-only" });
        await using var window = await chromium.OpenAsync();
        await VirtualDevice.PlugInAsync(window.Page, verifies: false);
        await window.Page.GotoAsync($"{Home}{Page}");
        await window.SignInAsync("touch-only");
        // Back at what was asked for.
        await window.ArriveAsync("Passkeys");
        await window.Button("Add a passkey").ClickAsync();
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("Your device did not use a passkey. Nothing has happened; you can try again.");
        await window.SeenAsync("passkeys-refused");
        Assert.False(await host.Store.ReadAsync(db => db.Passkeys.AnyAsync(row => row.AccountId == account.Id), default));
        await window.CloseAsync();
    }

    [Fact]
    public async Task Who_has_to_prove_themselves_once_more_may_do_so_by_passkey()
    {
        var account = await host.AddAccountAsync(new NewAccount { UserName = "prover" });
        await using var window = await chromium.OpenAsync(new Look("zh-CN", 320, Dark: true));
        var device = await VirtualDevice.PlugInAsync(window.Page);
        await device.TouchAsync(false);
        await window.Page.GotoAsync($"{Home}/sign-in");
        await window.Page.Locator("#username").FillAsync("prover");
        await window.Page.Locator("#password").FillAsync("correct horse battery");
        await window.Button("登录").ClickAsync();
        await window.ArriveAsync("您的账号");
        await window.Page.GotoAsync(Home + Page);
        await device.TouchAsync(true);
        await window.Button("添加通行密钥").ClickAsync();
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Status)).ToContainTextAsync("通行密钥已添加");
        await window.SeenAsync("passkeys-added");

        await host.Store.WriteAsync(db => db.Sessions.Where(row => row.AccountId == account.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.AuthTime, DateTimeOffset.UnixEpoch)), default);
        await window.Page.ReloadAsync();
        await window.Button("使用通行密钥").WaitForAsync();
        await window.SeenAsync("confirm-passkey");
        await window.Button("使用通行密钥").ClickAsync();
        await window.ArriveAsync("通行密钥");
        await window.CloseAsync();
    }

    [Fact]
    public async Task Without_scripts_the_pages_say_so_and_leave_no_gap()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "scriptless" });
        await using var window = await chromium.OpenAsync(new Look(Scripts: false));
        await window.Page.GotoAsync($"{Home}/sign-in");
        await Assertions.Expect(window.Page.Locator("form[data-passkey]")).ToHaveCSSAsync("display", "none");
        await window.SignInAsync("scriptless");
        await window.ArriveAsync("Your account");
        await window.Page.GotoAsync(Home + Page);
        await Assertions.Expect(window.Page.Locator("main")).ToContainTextAsync("Passkeys need JavaScript");
        await Assertions.Expect(window.Page.Locator(".unscripted")).ToBeVisibleAsync();
        await Assertions.Expect(window.Page.Locator("form[data-passkey]")).ToHaveCSSAsync("display", "none");
        await window.SeenAsync("passkeys");
        await window.CloseAsync();
    }

    private async Task SignOutAsync(Window window)
    {
        await window.Page.GotoAsync($"{Home}/sign-out");
        await window.Button("Sign out").ClickAsync();
        await window.ArriveAsync("You are signed out");
        await window.Page.GotoAsync($"{Home}/sign-in");
        await window.ArriveAsync("Sign in");
    }

    /// <summary>What Chromium pretends is plugged into the machine.</summary>
    private sealed class VirtualDevice(ICDPSession session, string id)
    {
        public static async Task<VirtualDevice> PlugInAsync(IPage page, bool verifies = true)
        {
            var session = await page.Context.NewCDPSessionAsync(page);
            await session.SendAsync("WebAuthn.enable");
            var added = await session.SendAsync("WebAuthn.addVirtualAuthenticator", new()
            {
                ["options"] = new Dictionary<string, object>(StringComparer.Ordinal)
                {
                    ["protocol"] = "ctap2",
                    ["transport"] = "internal",
                    ["hasResidentKey"] = true,
                    ["hasUserVerification"] = verifies,
                    ["isUserVerified"] = verifies,
                    ["automaticPresenceSimulation"] = true,
                },
            });
            return new(session, added!.Value.GetProperty("authenticatorId").GetString()!);
        }

        /// <summary>Whether somebody touches it whenever it is asked.</summary>
        public Task<JsonElement?> TouchAsync(bool enabled) => session.SendAsync("WebAuthn.setAutomaticPresenceSimulation", new() { ["authenticatorId"] = id, ["enabled"] = enabled });

        public async Task<int> CountAsync() => (await session.SendAsync("WebAuthn.getCredentials", new() { ["authenticatorId"] = id }))!.Value.GetProperty("credentials").GetArrayLength();
    }
}
