using Identity.Compat;
using Identity.Compat.NleCloud;

namespace Identity.Tests.Compat.NleCloud;

public sealed class ProfileTests
{
    private static readonly LegacyMember Empty = new() { Number = 1, CreatedAt = DateTimeOffset.UnixEpoch, UpdatedAt = DateTimeOffset.UnixEpoch };

    [Fact]
    public void The_thirteen_fields_come_in_the_documents_order()
    {
        var member = Empty with
        {
            UserName = "sample string 2",
            Email = "sample string 3",
            PhoneNumber = "sample string 4",
            Profile = Json.Element("""{"CollegeID":6,"CollegeName":"sample string 7","RoleName":"sample string 8","RoleID":9}"""),
        };
        Assert.Equal(
            """
            {"ResultObj":{"UserID":1,"UserName":"sample string 2","Email":"sample string 3","Telphone":"sample string 4","Gender":true,"CollegeID":6,
            "CollegeName":"sample string 7","RoleName":"sample string 8","RoleID":9,"AccessToken":"sample string 10","AccessTokenErrCode":0,"ReturnUrl":null,"DataToken":null},
            "Status":0,"StatusCode":0,"Msg":null,"ErrorObj":null}
            """.ReplaceLineEndings(""),
            Envelope.Success(Profile.Of(member, "sample string 10")).Text());
    }

    [Fact]
    public void An_empty_account_has_no_null_where_the_SDKs_have_none()
    {
        const string Expected = """
            {"ResultObj":{"UserID":1,"UserName":null,"Email":null,"Telphone":null,"Gender":true,"CollegeID":0,"CollegeName":null,"RoleName":null,"RoleID":0,"AccessToken":"t","AccessTokenErrCode":0,"ReturnUrl":null,"DataToken":null},"Status":0,"StatusCode":0,"Msg":null,"ErrorObj":null}
            """;
        Assert.Equal(Expected, Envelope.Success(Profile.Of(Empty, "t")).Text());

        var wrong = Json.Element("""{"CollegeID":"6","CollegeName":7,"RoleName":null,"RoleID":3000000000}""");
        Assert.Equal(Expected, Envelope.Success(Profile.Of(Empty with { Profile = wrong }, "t")).Text());
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("male", true)]
    [InlineData("other", true)]
    [InlineData("female", false)]
    public void Gender_is_true_unless_female(string? gender, bool expected) => Assert.Equal(expected, Profile.Of(Empty with { Gender = gender }, "t").Gender);
}
