using System.Text.Json.Nodes;
using Identity.Tests.Support;

namespace Identity.Tests.Processes;

/// <summary><c>identity users add</c>, as an operator types it.</summary>
[Collection(OneAtATime.Name)]
public sealed class UsersAddTests : IDisposable
{
    private const string Password = "correct horse battery";
    private const string AllScopes = "openid profile email phone address offline_access";

    private readonly ServerFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Accounts_are_made_by_options_by_file_and_with_the_password_from_standard_input()
    {
        var subject = await AddAsync(null,
            "--user-name", "李雷", "--password", Password, "--email", "Lei@Example.com", "--phone-number", "13800138000",
            "--name", "李 雷", "--given-name", "雷", "--family-name", "李", "--middle-name", "M", "--nickname", "小雷", "--profile", "https://example.com/lei",
            "--picture", "https://example.com/lei.png", "--website", "https://lei.example", "--gender", "male", "--birthdate", "1990-01-31", "--zoneinfo", "Asia/Shanghai",
            "--locale", "zh-CN", "--address", """{"formatted":"1 Road","country":"CN"}""");
        folder.Write("han.json", new JsonObject
        {
            ["user_name"] = "han",
            ["email"] = "han@example.com",
            ["email_verified"] = false,
            ["phone_number"] = "+8613900139000",
            ["phone_number_verified"] = true,
            ["name"] = "Han Meimei",
            ["given_name"] = "Meimei",
            ["family_name"] = "Han",
            ["middle_name"] = "M",
            ["nickname"] = "Mei",
            ["profile"] = "https://example.com/han",
            ["picture"] = "https://example.com/han.png",
            ["website"] = "https://han.example",
            ["gender"] = "female",
            ["birthdate"] = "1991",
            ["zoneinfo"] = "Asia/Shanghai",
            ["locale"] = "en",
            ["address"] = new JsonObject { ["locality"] = "Beijing" },
        });
        await AddAsync(Password + "\n", "--json", "han.json", "--password-stdin", "--nickname", "Option");

        await using (var server = await ServerProcess.Serve(folder).ReadyAsync())
        {
            var claims = JsonNode.Parse((await server.GetAsync("/connect/userinfo", (await server.SignInAsync("李雷", Password, AllScopes)).AccessToken)).Body)!.AsObject();
            Assert.True(claims.Remove("updated_at"));
            Assert.Equal(
                $$$"""
                {"sub":"{{{subject}}}","name":"李 雷","given_name":"雷","family_name":"李","middle_name":"M","nickname":"小雷","preferred_username":"李雷","profile":"https://example.com/lei","picture":"https://example.com/lei.png","website":"https://lei.example","gender":"male","birthdate":"1990-01-31","zoneinfo":"Asia/Shanghai","locale":"zh-CN","email":"Lei@Example.com","email_verified":true,"phone_number":"+8613800138000","phone_number_verified":true,"address":{"formatted":"1 Road","country":"CN"}}
                """,
                Sorted(claims));

            claims = JsonNode.Parse((await server.GetAsync("/connect/userinfo", (await server.SignInAsync("13900139000", Password, AllScopes)).AccessToken)).Body)!.AsObject();
            Assert.Equal("Option", claims["nickname"]!.GetValue<string>());
            Assert.Equal("han", claims["preferred_username"]!.GetValue<string>());
            Assert.False(claims["email_verified"]!.GetValue<bool>());
            Assert.True(claims["phone_number_verified"]!.GetValue<bool>());
            Assert.Equal("Beijing", claims["address"]!["locality"]!.GetValue<string>());
            // sub, updated_at and the rest of §5.1.
            Assert.Equal(20, claims.Count);
            // Nobody proved the mailbox, so nobody signs in with it.
            Assert.Equal(400, (await server.SignInAsync("han@example.com", Password)).Status);

            // Beside a running server, and by the same names in other spellings.
            await Task.WhenAll(
                AssertRefusedAsync("signs in", null, "--user-name", "李雷", "--password", Password),
                AssertRefusedAsync("signs in", null, "--user-name", "other", "--email", "LEI@example.COM"),
                AssertRefusedAsync("signs in", null, "--user-name", "another", "--phone-number", "+8613800138000"));
            Assert.Equal(400, (await server.SignInAsync("other", Password)).Status);
        }
    }

    [Fact]
    public async Task What_could_be_another_persons_name_is_refused()
    {
        await Task.WhenAll(
            AssertRefusedAsync("user name", null, "--user-name", "13800138000", "--password", Password),
            AssertRefusedAsync("user name", null, "--user-name", "bob@x", "--password", Password),
            AssertRefusedAsync("user name", null, "--user-name", "１３８００１３８０００", "--password", Password),
            AssertRefusedAsync("password", null, "--user-name", "bob", "--password", "short"));
        Assert.False(File.Exists(folder.Database));
    }

    [Fact]
    public async Task A_misspelt_command_line_is_refused_before_anything_is_made()
    {
        folder.Write("claims.json", """{ "user_nam": "bob" }""");
        await Task.WhenAll(
            AssertRefusedAsync("--user-nam", null, "--user-nam", "bob", "--password", Password),
            AssertRefusedAsync("--given-nam=Bob", null, "--user-name", "bob", "--given-nam=Bob"),
            AssertRefusedAsync("--nicknam=Bob", null, "--user-name", "bob", "--nicknam=Bob"),
            AssertRefusedAsync("-nickname", null, "--user-name", "bob", "-nickname", "Bob"),
            AssertRefusedAsync("bob", null, "bob"),
            AssertRefusedAsync("user_nam", null, "--json", "claims.json"),
            AssertRefusedAsync("missing.json", null, "--json", "missing.json"),
            AssertRefusedAsync("--password-stdin", "", "--user-name", "bob", "--password-stdin"),
            AssertRefusedAsync("claims", null, "--user-name", "bob", "--address", "{"));
        Assert.False(File.Exists(folder.Database));
    }

    [Fact]
    public async Task A_command_leaves_the_clients_of_the_server_alone()
    {
        string[] client = ["--Clients:0:client_id=web", "--Clients:0:client_secret=a-secret-of-a-test-client-with-more-than-32-characters", "--Clients:0:grant_types:0=client_credentials"];
        await using var server = await ServerProcess.Serve(folder, client).ReadyAsync();
        // The operator at the prompt does not repeat the service's whole configuration, and must not need to.
        await AddAsync(null, "--user-name", "bob", "--password", Password);
        await server.KillAsync();
        Assert.Equal(0L, folder.Query("SELECT count(*) FROM clients WHERE disabled_at IS NOT NULL")[0][0]);
    }

    // In the order of §5.1, whatever order the server writes them in.
    private static string Sorted(JsonObject claims)
    {
        string[] order =
        [
            "sub", "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture", "website", "gender", "birthdate",
            "zoneinfo", "locale", "email", "email_verified", "phone_number", "phone_number_verified", "address",
        ];
        return new JsonObject(claims.OrderBy(claim => Array.IndexOf(order, claim.Key)).Select(claim => KeyValuePair.Create(claim.Key, claim.Value?.DeepClone())))
            .ToJsonString(new System.Text.Json.JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    private async Task<string> AddAsync(string? input, params string[] options)
    {
        var (exitCode, output, error) = await ServerProcess.RunAsync(folder, ["users", "add", "--environment=Development", .. options], input: input);
        Assert.True(exitCode == 0, error);
        // Nothing but the subject: a script reads it from here.
        Assert.Matches("^u_[A-Za-z0-9_-]{22}\n$", output);
        return output.Trim();
    }

    private async Task AssertRefusedAsync(string named, string? input, params string[] options)
    {
        var (exitCode, output, error) = await ServerProcess.RunAsync(folder, ["users", "add", "--environment=Development", .. options], input: input);
        Assert.True(exitCode == 1, $"{string.Join(' ', options)}: exit code {exitCode}: {output} {error}");
        Assert.Contains(named, error, StringComparison.Ordinal);
        Assert.True(error.Count(c => c == '\n') == 1, error);
        Assert.DoesNotContain("u_", output, StringComparison.Ordinal);
    }
}
