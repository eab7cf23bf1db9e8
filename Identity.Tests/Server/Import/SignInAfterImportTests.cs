using Identity.Server.Accounts;
using Identity.Tests.Compat;
using Identity.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.Server.Import;

/// <summary>The old password opens every door once by its old hash, and from then on by one of today.</summary>
public sealed class SignInAfterImportTests(LegacyHost host) : IClassFixture<LegacyHost>
{
    private const string Password = "密码 correct";

    [Theory]
    [InlineData(1, "bcrypt", "", "$2b$04$rU1kVtHqFpQ7w8yE2Zb4dOOWTS1m0QT3HteGooDFFenAUYnyZbrti", "密码不太安全😀")]
    [InlineData(2, "md5", "", "B52AE4D7F3967A97F72DA09E932D251F", Password)]
    [InlineData(3, "sha1({password}{salt})", "s4lt", "e4a3c888f4b10591cae48deeb2dafa58b828361e", Password)]
    [InlineData(4, "sha256({salt}{password})", "s4lt", "wy0xyTH6Znkcp7sLiwfJ5F3wSJBSLLarZCFyYSFDJq4=", Password)]
    [InlineData(5, "pbkdf2", "", "pbkdf2_sha256$2000$s4lt$Qo44YNGvnyVG181eG4HRCD4l1i5ba/LZck8LdFYVQNQ=", Password)]
    [InlineData(6, "aspnet-identity", "", "AAABAgMEBQYHCAkKCwwNDg80fwAPo2FnjOlvWCAk6l5L2rdcYfevxE4VVf3Nx97gGA==", Password)]
    [InlineData(7, "aspnet-identity", "", "AQAAAAEAACcQAAAAEAABAgMEBQYHCAkKCwwNDg+Rn8KwdZZ251QWdPYNI7ykoUowEk/waOjG3NXAuqRvYA==", Password)]
    public async Task Every_scheme_signs_in_by_the_legacy_route_and_by_the_token_endpoint(int number, string scheme, string salt, string hash, string password)
    {
        foreach (var legacyFirst in new[] { true, false })
        {
            var name = $"scheme{number}{legacyFirst}";
            var told = await host.Services.ImportAsync(host.Folder, "rageframe", $$"""{"number":{{(legacyFirst ? 10 : 30) + number}},"user_name":"{{name}}","password_hash":"{{hash}}","password_scheme":"{{scheme}}","password_salt":"{{salt}}","visit_count":7}""");
            Assert.Equal((1, 0), (told.Imported, told.Skipped));
            var before = (await host.FindAccountAsync(name)).PasswordHash;

            Assert.Equal(422, (await host.RageFrameLoginAsync(name, password: password + "!")).Json.Number("code"));
            Assert.Equal(before, (await host.FindAccountAsync(name)).PasswordHash);

            if (legacyFirst)
            {
                var member = (await host.RageFrameLoginAsync(name, password: password)).Data().GetProperty("member");
                Assert.Equal((10 + number, 8), (member.Number("id"), member.Number("visit_count")));
            }
            else
            {
                Assert.Equal(200, (await host.SignInAsync("web", name, password)).Status);
            }

            var after = (await host.FindAccountAsync(name)).PasswordHash!;
            Assert.NotEqual(before, after);
            // A hash of today: version 3, SHA-512, the iterations of this host.
            Assert.Equal([1, 0, 0, 0, 2, 0, 0, 0, 1], Convert.FromBase64String(after)[..9]);
            Assert.Equal(200, (await host.SignInAsync("web", name, password)).Status);
            Assert.Equal(200, (await host.RageFrameLoginAsync(name, password: password)).Json.Number("code"));
            Assert.Equal(400, (await host.SignInAsync("web", name, password + "!")).Status);
            Assert.Equal(after, (await host.FindAccountAsync(name)).PasswordHash);
        }
    }

    [Fact]
    public async Task People_of_the_other_two_apis_sign_in_by_their_own_routes()
    {
        await host.Services.ImportAsync(host.Folder, "nlecloud", """{"UserID":77,"UserName":"学生","Telphone":"18852000077","password_hash":"b52ae4d7f3967a97f72da09e932d251f","CollegeID":6,"CollegeName":"某校","RoleName":"学生","RoleID":9,"Gender":true}""", scheme: "md5");
        var member = (await host.NleCloudLoginAsync("18852000077", Password)).Data();
        Assert.Equal((77, "学生", "18852000077", 6, "某校", 9), (member.Number("UserID"), member.Text("UserName"), member.Text("Telphone"), member.Number("CollegeID"), member.Text("CollegeName"), member.Number("RoleID")));

        await host.Services.ImportAsync(host.Folder, "cloudmind", "id,email,email_verified,nickName,password_hash\n88,cloud88@example.com,true,云,b52ae4d7f3967a97f72da09e932d251f\n", csv: true, scheme: "md5");
        var answer = await host.CloudMindLoginAsync("Cloud88@example.com", Password);
        Assert.Equal(200, answer.Status);
        Assert.Equal(88, Jwt.Payload(answer.Text("accessToken")).GetProperty("jwtUserId").GetInt32());
    }

    [Fact]
    public async Task A_password_that_breaks_todays_policy_and_a_name_that_nobody_can_take_today_still_sign_in()
    {
        // md5 of "1".
        await host.Services.ImportAsync(host.Folder, "rageframe", """{"number":501,"user_name":"old name!","password_hash":"c4ca4238a0b923820dcc509a6f75849b","password_scheme":"md5"}""");
        Assert.Equal(200, (await host.RageFrameLoginAsync("old name!", password: "1")).Json.Number("code"));
        Assert.Equal(200, (await host.RageFrameLoginAsync("Old Name!", password: "1")).Json.Number("code"));
    }

    [Fact]
    public async Task A_disabled_person_and_one_without_a_password_stay_out()
    {
        await host.Services.ImportAsync(host.Folder, "rageframe", """
            {"number":601,"user_name":"switched off","password_hash":"c4ca4238a0b923820dcc509a6f75849b","password_scheme":"md5","status":0}
            {"number":602,"user_name":"without password"}
            """);
        Assert.Equal(422, (await host.RageFrameLoginAsync("switched off", password: "1")).Json.Number("code"));
        Assert.Equal(422, (await host.RageFrameLoginAsync("without password", password: "1")).Json.Number("code"));
    }

    [Fact]
    public async Task Without_the_unproved_contacts_only_the_others_sign_in()
    {
        await host.Services.ImportAsync(host.Folder, "rageframe", """{"number":701,"user_name":"proved","email":"unproved@example.com","password_hash":"c4ca4238a0b923820dcc509a6f75849b","password_scheme":"md5"}""", ignoreUnverified: true);
        Assert.Equal(422, (await host.RageFrameLoginAsync("unproved@example.com", password: "1")).Json.Number("code"));
        var member = (await host.RageFrameLoginAsync("proved", password: "1")).Data().GetProperty("member");
        Assert.Equal("unproved@example.com", member.Text("email"));
    }

    [Fact]
    public async Task Fifty_first_sign_ins_at_once_leave_one_good_hash()
    {
        await host.Services.ImportAsync(host.Folder, "rageframe", """{"number":801,"user_name":"crowd","password_hash":"c4ca4238a0b923820dcc509a6f75849b","password_scheme":"md5"}""");
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => host.SignInAsync("web", "crowd", "1"))));
        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        Assert.StartsWith("AQ", (await host.FindAccountAsync("crowd")).PasswordHash, StringComparison.Ordinal);
        Assert.Equal(200, (await host.SignInAsync("web", "crowd", "1")).Status);
    }

    [Fact]
    public async Task Nothing_of_a_hash_is_logged()
    {
        await host.Services.ImportAsync(host.Folder, "rageframe", """{"number":901,"user_name":"logged","password_hash":"c4ca4238a0b923820dcc509a6f75849b","password_scheme":"md5"}""");
        await host.SignInAsync("web", "logged", "1");
        Assert.DoesNotContain(host.Log.Lines, line => line.Text.Contains("c4ca4238", StringComparison.OrdinalIgnoreCase) || line.Text.Contains("$wrapped", StringComparison.Ordinal));
        Assert.Equal(1, await host.ReadAsync(db => db.Accounts.CountAsync(account => account.UserName == "logged")));
    }
}
