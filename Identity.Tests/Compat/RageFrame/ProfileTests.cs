using Identity.Compat;
using Identity.Compat.RageFrame;
using Identity.OpenId.Token;

namespace Identity.Tests.Compat.RageFrame;

public sealed class ProfileTests
{
    private const string Stored = """
        {"type":1,"user_money":"0.00","accumulate_money":"0.00","frozen_money":"0.00","user_integral":0,"address_id":"0","home_phone":null,
        "role":10,"provinces":0,"city":0,"area":0,"allowance":2,"allowance_updated_at":1527339048,"status":10}
        """;

    [Theory]
    [InlineData("1V1XLG8DQkROK6g-Rh5k17hZuZHQVZB9_1527339048", "neRlaCJcbMQHgPmZqRjqYgVBfFZUe7lm_1527339048", 8, 1527339048)]
    [InlineData("ZQqIzE91lZsOsiBZUzX_HRvH_er71IA3_1527339061", "y7ch3kQtRq7dEkqf6le2LOyRNOB_xzQV_1527339061", 9, 1527339061)]
    public void The_documents_samples_are_reproduced_byte_for_byte(string refreshToken, string accessToken, int visits, long now)
    {
        var member = new LegacyMember
        {
            Number = 1,
            UserName = "admin",
            Nickname = "简言",
            Gender = "male",
            Email = "1@qq.com",
            CreatedAt = DateTimeOffset.FromUnixTimeSeconds(1511169880),
            UpdatedAt = DateTimeOffset.FromUnixTimeSeconds(1511169880),
            VisitCount = visits,
            LastVisitAt = DateTimeOffset.FromUnixTimeSeconds(now),
            LastAddress = "127.0.0.1",
            Profile = Json.Element(Stored),
        };
        var tokens = new TokenResponse { AccessToken = accessToken, RefreshToken = refreshToken, ExpiresIn = 172800 };

        var answer = Envelope.Success(new LegacySession(tokens, DateTimeOffset.FromUnixTimeSeconds(now), member));

        var expected = $$$"""
            {"code":200,"message":"OK","data":{"refresh_token":"{{{refreshToken}}}","access_token":"{{{accessToken}}}","expiration_time":172800,"member":{
            "id":1,"username":"admin","type":1,"nickname":"简言","realname":null,"head_portrait":null,"sex":1,"qq":null,"email":"1@qq.com","birthday":null,
            "user_money":"0.00","accumulate_money":"0.00","frozen_money":"0.00","user_integral":0,"address_id":"0","visit_count":{{{visits}}},"home_phone":null,
            "mobile":null,"role":10,"last_time":{{{now}}},"last_ip":"127.0.0.1","provinces":0,"city":0,"area":0,"allowance":2,"allowance_updated_at":{{{now}}},
            "status":10,"append":1511169880,"updated":{{{now}}}
            }
            }
            }
            """.ReplaceLineEndings("");
        Assert.Equal((200, expected), (answer.Status, answer.Text()));
    }

    [Fact]
    public void An_empty_account_has_the_documented_defaults() =>
        Assert.Equal(
            """
            {"id":7,"username":null,"type":1,"nickname":null,"realname":null,"head_portrait":null,"sex":0,"qq":null,"email":null,"birthday":null,
            "user_money":"0.00","accumulate_money":"0.00","frozen_money":"0.00","user_integral":0,"address_id":"0","visit_count":0,"home_phone":null,
            "mobile":null,"role":10,"last_time":0,"last_ip":null,"provinces":0,"city":0,"area":0,"allowance":2,"allowance_updated_at":0,
            "status":10,"append":0,"updated":0}
            """.ReplaceLineEndings(""),
            Written(Empty));

    [Fact]
    public void Claims_fill_the_fields_that_have_one()
    {
        var profile = Profile.Of(Empty with
        {
            Email = "a@b.c",
            Name = "王小明",
            Picture = "https://p/1.png",
            Gender = "female",
            Birthdate = "1990-01-31",
            PhoneNumber = "+8613800000000",
            Profile = Json.Element("""{"nickname":"stale","qq":"10001"}"""),
        });
        Assert.Equal(
            ("a@b.c", "王小明", "https://p/1.png", 2, "1990-01-31", "+8613800000000", null, "10001"),
            (profile.Username, profile.Realname, profile.HeadPortrait, profile.Sex, profile.Birthday, profile.Mobile, profile.Nickname, profile.Qq));
    }

    [Fact]
    public void Stored_values_of_another_json_type_count_as_absent()
    {
        var stored = """{"type":"1","role":1.5,"status":null,"user_money":5,"address_id":{},"qq":10001,"provinces":"x","realname":false}""";
        Assert.Equal(Written(Empty), Written(Empty with { Profile = Json.Element(stored) }));
        Assert.Equal(Written(Empty), Written(Empty with { Profile = Json.Element("[1]") }));
    }

    private static LegacyMember Empty { get; } = new() { Number = 7, CreatedAt = DateTimeOffset.UnixEpoch, UpdatedAt = DateTimeOffset.UnixEpoch };

    private static string Written(LegacyMember member)
    {
        var text = Envelope.Success(new(new() { AccessToken = "a", ExpiresIn = 1 }, DateTimeOffset.UnixEpoch, member)).Text();
        const string Before = "\"member\":";
        return text[(text.IndexOf(Before, StringComparison.Ordinal) + Before.Length)..^2];
    }
}
