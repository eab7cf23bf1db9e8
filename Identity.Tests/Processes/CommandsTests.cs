using System.Text.Json;
using System.Text.Json.Nodes;
using Identity.Server.Clients;
using Identity.Tests.Support;

namespace Identity.Tests.Processes;

/// <summary>The command line, as an operator and his scripts type it, beside a running server.</summary>
[Collection(OneAtATime.Name)]
public sealed class CommandsTests : IDisposable
{
    private const string Password = "correct horse battery";

    private readonly ServerFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Clients_are_added_shown_given_new_secrets_and_removed_and_a_running_server_knows()
    {
        await using var server = await ServerProcess.Serve(folder).ReadyAsync();
        var added = await JsonAsync("clients", "add", "machine", "--grant-type", "client_credentials", "--scope", "openid", "--json");
        var secret = added.GetProperty("client_secret").GetString()!;
        Assert.Equal(43, secret.Length);
        await UntilAsync(async () => await TokenAsync(server, secret) == 200);

        // Shown once: neither list nor show have it, nor its digest.
        var (_, list, _) = await RunAsync(null, "clients", "list");
        Assert.Matches(@"(?m)^CLIENT ID +CLIENT NAME +ORIGIN +AUTH METHOD +GRANT TYPES +DISABLED AT$", list);
        Assert.Matches(@"(?m)^machine +- +command line +client_secret_basic +client_credentials +-$", list);
        var shown = await JsonAsync("clients", "show", "machine", "--json");
        Assert.Equal("until it is rotated", shown.GetProperty("secrets")[0].GetString());
        Assert.DoesNotContain(SecretHasher.Hash(secret), shown.GetRawText() + list, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, shown.GetRawText() + list, StringComparison.Ordinal);

        // Both are good for a while; then only the new one.
        var (exitCode, second, _) = await RunAsync(null, "clients", "rotate-secret", "machine");
        Assert.Equal(0, exitCode);
        await UntilAsync(async () => await TokenAsync(server, second.Trim()) == 200);
        Assert.Equal(200, await TokenAsync(server, secret));
        var third = (await JsonAsync("clients", "rotate-secret", "machine", "--overlap", "0", "--json")).GetProperty("client_secret").GetString()!;
        await UntilAsync(async () => await TokenAsync(server, third) == 200);
        Assert.Equal((401, 401), (await TokenAsync(server, secret), await TokenAsync(server, second.Trim())));

        await RefusedAsync("client_id is taken.", "clients", "add", "machine", "--grant-type", "client_credentials");
        await RefusedAsync("redirect_uris: each must be an absolute URI without spaces, wildcards or characters beyond ASCII.", "clients", "add", "wild", "--redirect-uri", "https://*.example/cb");
        await RefusedAsync("The client is described in the configuration: change it there.", "clients", "rotate-secret", "demo");
        await RefusedAsync("The client is described in the configuration: change it there.", "clients", "remove", "demo");
        await RefusedAsync("There is no such client.", "clients", "remove", "nobody");
        Assert.Equal((0, ""), await EndAsync("clients", "remove", "machine"));
        await UntilAsync(async () => await TokenAsync(server, third) == 401);

        // Who did what is on the trail, though the command ended at once.
        var trail = (await RunAsync(null, "audit", "tail", "--json", "--lines", "1000")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line)).ToList();
        Assert.Equal(
            ["ClientAdded", "ClientSecretRotated", "ClientSecretRotated", "ClientRemoved"],
            trail.Where(line => line.GetProperty("client_id").GetString() is "machine" && line.GetProperty("what").GetString()!.StartsWith("Client", StringComparison.Ordinal)).Select(line => line.GetProperty("what").GetString()!));
    }

    [Fact]
    public async Task Users_are_listed_shown_locked_unlocked_and_what_they_have_open_is_ended()
    {
        var subject = (await RunAsync(null, "users", "add", "--user-name", "lei", "--nickname", "雷", "--password", Password)).Output.Trim();
        await using var server = await ServerProcess.Serve(folder).ReadyAsync();
        var listed = Assert.Single((await JsonAsync("users", "list", "--json")).EnumerateArray());
        Assert.Equal((subject, "lei", "雷"), (listed.GetProperty("subject").GetString(), listed.GetProperty("sign_in_names")[0].GetString(), listed.GetProperty("nickname").GetString()));
        Assert.True((await JsonAsync("users", "show", subject, "--json")).GetProperty("has_password").GetBoolean());
        await RefusedAsync("Nobody signs in with that name, and it is no subject.", "users", "show", "nobody");

        var open = await server.SignInAsync("lei", Password);
        var session = Assert.Single((await JsonAsync("users", "sessions", "LEI", "--json")).EnumerateArray());
        Assert.Equal(("refresh", "demo"), (session.GetProperty("kind").GetString(), session.GetProperty("clients").GetString()));
        Assert.Equal((0, ""), await EndAsync("users", "revoke", "lei"));
        Assert.Equal(400, (await server.RefreshAsync(open.RefreshToken)).Status);
        Assert.Equal(401, (await server.GetAsync("/connect/userinfo", open.AccessToken)).Status);
        Assert.Empty((await JsonAsync("users", "sessions", "lei", "--json")).EnumerateArray());

        open = await server.SignInAsync("lei", Password);
        Assert.Equal((0, ""), await EndAsync("users", "lock", "lei"));
        Assert.Equal((400, 400), ((await server.SignInAsync("lei", Password)).Status, (await server.RefreshAsync(open.RefreshToken)).Status));
        await RefusedAsync("The account was locked already.", "users", "lock", "lei");
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(400, (await server.SignInAsync("lei", "wrong")).Status);
        }

        // Enabled, and its failed attempts forgiven.
        Assert.Equal((0, ""), await EndAsync("users", "unlock", "lei"));
        open = await server.SignInAsync("lei", Password);
        Assert.True(open.Status == 200, open.Body);

        var (exitCode, _, error) = await RunAsync("short\n", "users", "set-password", "lei", "--password-stdin");
        Assert.Equal((1, "The password must have 8 to 128 characters.\n"), (exitCode, error));
        Assert.Equal(0, (await RunAsync("another password\n", "users", "set-password", "lei", "--password-stdin")).ExitCode);
        Assert.Equal((400, 400), ((await server.SignInAsync("lei", Password)).Status, (await server.RefreshAsync(open.RefreshToken)).Status));
        Assert.Equal(200, (await server.SignInAsync("lei", "another password")).Status);
    }

    [Fact]
    public async Task A_second_step_is_reset_by_an_operator_and_its_person_hears_of_it()
    {
        await RunAsync(null, "users", "add", "--user-name", "mei", "--email", "mei@example.com", "--password", Password);
        await using var server = await ServerProcess.Serve(folder).ReadyAsync();
        await RefusedAsync("The account has no two-step verification.", "users", "two-step", "reset", "mei");
        using (var browser = new Browser(server.Address, languages: "en"))
        {
            await browser.SignInAsync(await browser.OpenAsync("/sign-in"), "mei", Password);
            var page = await browser.OpenAsync("/account/security/app");
            var code = new AuthenticatorPhone(page.Document.QuerySelector("#key")!.TextContent).CodeAt(TimeProvider.System.GetUtcNow());
            Assert.Equal("Two-step verification is on", (await browser.SubmitAsync(page, "Turn on", ("code", code))).Heading);
            var shown = await JsonAsync("users", "show", "mei", "--json");
            Assert.Equal((true, 0), (shown.GetProperty("two_factor").GetBoolean(), shown.GetProperty("passkeys").GetInt32()));
            Assert.Equal((0, ""), await EndAsync("users", "two-step", "reset", "mei"));
            Assert.Equal("Sign in", (await browser.OpenAsync("/")).Heading);
            Assert.Equal("Your account", (await browser.SignInAsync(await browser.OpenAsync("/sign-in"), "mei", Password)).Heading);
        }

        Assert.False((await JsonAsync("users", "show", "mei", "--json")).GetProperty("two_factor").GetBoolean());
        var mail = Assert.Single(Directory.EnumerateFiles(folder.Path, "*.eml", SearchOption.AllDirectories).Select(File.ReadAllText), text => text.Contains("Two-step verification was turned off", StringComparison.Ordinal));
        Assert.Contains("It was done by an operator of", mail, StringComparison.Ordinal);
        Assert.Contains("TwoStepOff", (await RunAsync(null, "audit", "tail", "--json", "--lines", "100")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_are_listed_and_hastened_and_migrate_says_what_it_did()
    {
        var (exitCode, steps, _) = await RunAsync(null, "migrate");
        Assert.Equal(0, exitCode);
        Assert.StartsWith("0001_initial.sql\n", steps, StringComparison.Ordinal);
        Assert.Equal((0, ""), await EndAsync("migrate"));
        Assert.False(File.Exists(folder.MasterKey));

        await using var server = await ServerProcess.Serve(folder).ReadyAsync();
        Assert.Equal("ES256 signing, RS256 signing", await KeysAsync());
        Assert.Equal((0, ""), await EndAsync("keys", "rotate"));
        Assert.Equal("ES256 signing, ES256 announced, RS256 signing, RS256 announced", await KeysAsync());
        await RefusedAsync("The next keys are announced already; --now does not wait for them.", "keys", "rotate");
        var before = (await server.PostAsync("/connect/token", [("grant_type", "client_credentials")])).AccessToken;
        Assert.Equal((0, ""), await EndAsync("keys", "rotate", "--now"));
        Assert.Equal("ES256 retiring, ES256 announced, ES256 signing, RS256 retiring, RS256 announced, RS256 signing", await KeysAsync());
        await UntilAsync(async () => Jwt.Header((await server.PostAsync("/connect/token", [("grant_type", "client_credentials")])).AccessToken).GetProperty("kid").GetString() != Jwt.Header(before).GetProperty("kid").GetString());
        // What was signed before is still good.
        Assert.Contains("\"active\":true", (await server.PostAsync("/connect/introspect", [("token", before)])).Body, StringComparison.Ordinal);

        // The jobs of the server have been running meanwhile.
        Assert.Contains("snapshot refresh", (await JsonAsync("jobs", "--json")).EnumerateArray().Select(job => job.GetProperty("job").GetString()));
    }

    [Fact]
    public async Task A_command_in_the_wrong_folder_makes_no_database()
    {
        foreach (var command in (string[][])[["users", "list"], ["clients", "list"], ["keys", "list"], ["audit", "tail"], ["jobs"]])
        {
            var (exitCode, output, error) = await RunAsync(null, command);
            Assert.Equal((1, ""), (exitCode, output));
            Assert.Contains("does not exist. Is this the folder of the server?", error, StringComparison.Ordinal);
        }

        await RefusedAsync("--jsn is not an option of this command. Settings are written --Name=value.", "users", "list", "--jsn");
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task The_doctor_finds_what_is_wrong_and_says_what_to_do()
    {
        Assert.Equal("warning cookies, failure database", await DoctorAsync(1, "--environment=Development"));
        await using (await ServerProcess.Serve(folder).ReadyAsync())
        {
            // On a desk all is well but for what nobody would do in Production.
            Assert.Equal("warning cookies, warning client demo, warning client sample-web", await DoctorAsync(0, "--environment=Development"));
        }

        Assert.Equal("failure configuration", await DoctorAsync(1, "--environment=Production"));
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Files have no mode here.");
#pragma warning disable CA1416 // Skipped where there is none.
        File.SetUnixFileMode(folder.MasterKey, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
#pragma warning restore CA1416
        var config = folder.Write("bad.json", new JsonObject
        {
            ["Issuer"] = "https://localhost:1",
            ["Hosting"] = new JsonObject { ["KnownProxie"] = "10.0.0.1" },
            ["Mail"] = new JsonObject { ["Transport"] = "Smtp", ["Smtp"] = new JsonObject { ["Host"] = "127.0.0.1", ["Port"] = 1 } },
        });
        // The demonstration client is of the configuration of before, and still enabled.
        Assert.Equal(
            "failure configuration, failure proxies, warning mail, failure mail, failure public address, failure keys, failure client demo, warning client demo, warning client sample-spa, warning client sample-spa, warning client sample-spa, failure client sample-web, warning client sample-web, warning client sample-web",
            await DoctorAsync(1, "--environment=Production", "--config", config));
        var (exitCode, text, _) = await RunAsync(null, "doctor");
        Assert.Equal(1, exitCode);
        Assert.Contains($"-> chmod 600 {folder.MasterKey}\n", text, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^1 wrong, 3 to look at, \d+ well$", text);
    }

    [Fact]
    public async Task The_trail_can_be_followed()
    {
        await using var server = await ServerProcess.Serve(folder).ReadyAsync();
        await using var tail = ServerProcess.Start(folder, ["audit", "tail", "--follow", "--json", "--lines", "0", "--environment=Development"]);
        // It follows from where it begins: until then there may be nothing to see.
        await tail.UntilAsync(
            () =>
            {
                _ = server.SignInAsync("nobody", "wrong").GetAwaiter().GetResult();
                return tail.Output.Contains("\"what\":\"SignInRefused\"", StringComparison.Ordinal);
            },
            "show a refused sign-in");
        tail.Terminate();
        Assert.Equal(0, await tail.EndAsync());
        var line = JsonElement.Parse(tail.Output.Split('\n').First(text => text.Contains("\"what\":\"SignInRefused\"", StringComparison.Ordinal)));
        Assert.Equal("127.0.0.1", line.GetProperty("address").GetString());
    }

    /// <summary>Grades and subjects of what is not well.</summary>
    private async Task<string> DoctorAsync(int expected, params string[] settings)
    {
        var (exitCode, output, error) = await ServerProcess.RunAsync(folder, ["doctor", "--json", .. settings]);
        Assert.True(exitCode == expected, output + error);
        var findings = JsonElement.Parse(output).EnumerateArray().Where(finding => finding.GetProperty("grade").GetString() is not "ok").ToList();
        Assert.All(findings, finding => Assert.NotEmpty(finding.GetProperty("advice").GetString()!));
        return string.Join(", ", findings.Select(finding => $"{finding.GetProperty("grade").GetString()} {finding.GetProperty("about").GetString()}"));
    }

    private async Task<string> KeysAsync() =>
        string.Join(", ", (await JsonAsync("keys", "list", "--json")).EnumerateArray().Select(key => $"{key.GetProperty("alg").GetString()} {key.GetProperty("state").GetString()}"));

    private static async Task<int> TokenAsync(ServerProcess server, string secret) => (await server.PostAsync("/connect/token", [("grant_type", "client_credentials")], "machine", secret)).Status;

    private static Task UntilAsync(Func<Task<bool>> condition) => SmtpServer.UntilAsync(condition, "a server that knows what the command did");

    private async Task<JsonElement> JsonAsync(params string[] command)
    {
        var (exitCode, output, error) = await RunAsync(null, command);
        Assert.True(exitCode == 0, error);
        return JsonElement.Parse(output);
    }

    private async Task RefusedAsync(string sentence, params string[] command)
    {
        var (exitCode, output, error) = await RunAsync(null, command);
        Assert.Equal((1, "", sentence + "\n"), (exitCode, output, error));
    }

    private async Task<(int, string)> EndAsync(params string[] command)
    {
        var (exitCode, output, error) = await RunAsync(null, command);
        return (exitCode, output + error);
    }

    private Task<(int ExitCode, string Output, string Error)> RunAsync(string? input, params string[] command) =>
        ServerProcess.RunAsync(folder, [.. command, "--environment=Development"], input: input);
}
