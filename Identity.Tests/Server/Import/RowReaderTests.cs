using System.Text.Json;
using Identity.Server.Accounts;
using Identity.Server.Import;
using Identity.Tests.Support;

namespace Identity.Tests.Server.Import;

public sealed class RowReaderTests(SqliteStore store) : IClassFixture<SqliteStore>
{
    private const string Bcrypt = "$2y$10$rU1kVtHqFpQ7w8yE2Zb4dO.5L9GGZDobRD7B1mMp6ZPBf4iOYTjLm";

    [Fact]
    public void A_row_of_rageframes_own_table_needs_no_renaming()
    {
        var row = Read("rageframe", $$"""
            {"id":7,"username":"admin","password_hash":"{{Bcrypt}}","type":1,"nickname":"简言","realname":"王","head_portrait":"https://a.example/p","sex":1,"qq":null,"email":"1@qq.com","birthday":"1990-01-31",
             "user_money":0.50,"accumulate_money":"0.00","user_integral":"12","address_id":0,"visit_count":"8","home_phone":"010-1","mobile":"18852003606","role":10,"last_time":1527339048,"last_ip":"127.0.0.1",
             "status":10,"append":1511169880,"updated":1527339061,"groups":["app","wechat"],"fields.level":3}
            """);
        Assert.Empty(row.Remarks);
        var person = row.Person!;
        Assert.Equal((7, 8, "127.0.0.1", false), (person.Number, person.VisitCount, person.LastAddress, person.Disabled));
        Assert.Equal((1511169880, 1527339061, 1527339048), (person.CreatedAt!.Value.ToUnixTimeSeconds(), person.UpdatedAt!.Value.ToUnixTimeSeconds(), person.LastVisitAt.ToUnixTimeSeconds()));
        Assert.Equal(("admin", "male", "1@qq.com", "18852003606", "1990-01-31", "https://a.example/p", "简言"), (person.Account.UserName, person.Account.Gender, person.Account.Email, person.Account.PhoneNumber, person.Account.Birthdate, person.Account.Picture, person.Account.Nickname));
        Assert.Equal(
            """{"type":1,"realname":"\u738B","user_money":"0.50","accumulate_money":"0.00","user_integral":12,"address_id":"0","home_phone":"010-1","role":10,"status":10,"level":3,"groups":["app","wechat"]}""",
            person.Fields);
        // Nobody proved the contacts; the old system let people sign in with them.
        Assert.Equal([("1@qq.com", SignInName.UserName), ("+8618852003606", SignInName.UserName), ("admin", SignInName.UserName)], person.Names.Select(name => (name.Normal, name.Kind)));
    }

    [Fact]
    public void A_row_of_nleclouds_words_and_one_of_cloudminds_are_read()
    {
        var nle = Read("nlecloud", """{"UserID":5,"UserName":"18852003606","Email":"A@Example.com","email_verified":true,"Telphone":"18852003606","phone_number_verified":1,"Gender":false,"CollegeID":"6","CollegeName":"某校","RoleName":"学生","RoleID":9}""").Person!;
        Assert.Equal("female", nle.Account.Gender);
        Assert.Equal("""{"CollegeID":6,"CollegeName":"\u67D0\u6821","RoleName":"\u5B66\u751F","RoleID":9}""", nle.Fields);
        // A user name that is the proved number is the proved number.
        Assert.Equal([("a@example.com", SignInName.Email), ("+8618852003606", SignInName.PhoneNumber)], nle.Names.Select(name => (name.Normal, name.Kind)));

        var cloud = Read("cloudmind", """{"id":3,"email":"e.fwhcuio@1","email_verified":true,"nickName":"c","created_at":"2023-01-29 21:37:32"}""").Person!;
        Assert.Equal((3, "c", 1674999452), (cloud.Number, cloud.Account.Nickname, cloud.CreatedAt!.Value.ToUnixTimeSeconds()));
    }

    [Theory]
    [InlineData("""{"user_name":"a"}""", "number")]
    [InlineData("""{"number":0,"user_name":"a"}""", "number")]
    [InlineData("""{"number":2000000001,"user_name":"a"}""", "number")]
    [InlineData("""{"number":1.5,"user_name":"a"}""", "number")]
    [InlineData("""{"number":[1],"user_name":"a"}""", "number")]
    [InlineData("""{"number":1}""", "nothing to sign in with")]
    [InlineData("""{"number":1,"id":1,"user_name":"a"}""", "twice")]
    [InlineData("""{"number":1,"user_name":"a","qq":"1","fields":{"qq":"2"}}""", "twice")]
    [InlineData("""{"number":1,"user_name":"a","fields":"{"}""", "fields")]
    [InlineData("""{"number":1,"user_name":"a","pasword_hash":"x"}""", "not known")]
    [InlineData("""{"number":1,"user_name":"a","password_hash":"0123456789abcdef0123456789abcdef"}""", "password_scheme is missing")]
    [InlineData("""{"number":1,"user_name":"a","password_hash":"0123456789abcdef0123456789abcdef","password_scheme":"md4"}""", "not known")]
    [InlineData("""{"number":1,"user_name":"a","password_hash":"0123456789abcdef","password_scheme":"md5"}""", "length")]
    [InlineData("""{"number":1,"user_name":"a","password_hash":"0123456789abcdef0123456789abcdeg","password_scheme":"md5"}""", "letters")]
    [InlineData("""{"number":1,"user_name":"a","password_hash":"0123456789abcdef0123456789abcdef","password_scheme":"md5({salt}{password})"}""", "password_salt is empty")]
    [InlineData("""{"number":1,"user_name":"a","password_hash":"0123456789abcdef0123456789abcdef","password_scheme":"md5({salt:hex}{password})","password_salt":"xyz"}""", "not of the form")]
    [InlineData("""{"number":1,"user_name":"a","password_hash":"$2y$15$rU1kVtHqFpQ7w8yE2Zb4dO.5L9GGZDobRD7B1mMp6ZPBf4iOYTjLm"}""", "above 14")]
    [InlineData("""{"number":1,"user_name":"a","password_hash":"$2x$10$rU1kVtHqFpQ7w8yE2Zb4dO.5L9GGZDobRD7B1mMp6ZPBf4iOYTjLm"}""", "$2x$")]
    [InlineData("""{"number":1,"user_name":"a","password_hash":"$2y$10$short"}""", "no bcrypt")]
    [InlineData("""{"number":1,"user_name":"a","password_hash":"pbkdf2_sha256$10$s$AAAA"}""", "PBKDF2")]
    [InlineData("""{"number":1,"user_name":"a","password_hash":"AAAA","password_scheme":"aspnet-identity"}""", "ASP.NET")]
    public void What_would_lose_a_person_or_a_password_costs_the_row(string json, string reason) => Assert.Contains(reason, Read("rageframe", json).Problem);

    [Theory]
    [InlineData("""{"number":1,"user_name":"a","email":"no mailbox"}""", "email is malformed")]
    [InlineData("""{"number":1,"user_name":"a","phone_number":"010-12345678"}""", "phone_number is malformed")]
    [InlineData("""{"number":1,"user_name":"a","nickname":"\u0001"}""", "nickname is malformed")]
    [InlineData("""{"number":1,"user_name":"a","last_time":"yesterday"}""", "last_time is not of its type")]
    [InlineData("""{"number":1,"user_name":"a","visit_count":"many"}""", "visit_count is not of its type")]
    [InlineData("""{"number":1,"user_name":"a","role":"boss"}""", "role is not of its type")]
    [InlineData("""{"number":1,"user_name":"a","disabled":"perhaps"}""", "disabled is not of its type")]
    [InlineData("""{"number":1,"user_name":"a\u0000","email":"a@b.example"}""", "user_name cannot")]
    public void What_is_wrong_beside_them_costs_the_value_and_is_said(string json, string remark)
    {
        var row = Read("rageframe", json);
        Assert.Null(row.Problem);
        Assert.Contains(row.Remarks, said => said.StartsWith(remark, StringComparison.Ordinal));
    }

    [Fact]
    public void A_hash_that_tells_its_scheme_goes_before_the_scheme_of_all()
    {
        Assert.Equal(Bcrypt, Read("rageframe", $$"""{"number":1,"user_name":"a","password_hash":"{{Bcrypt}}"}""", "md5").Person!.Hash.Stored);
        Assert.NotNull(Read("rageframe", """{"number":1,"user_name":"a","password_hash":"c4ca4238a0b923820dcc509a6f75849b"}""", "md5").Person!.Hash.Fast);
        Assert.Contains("letters", Read("rageframe", $$"""{"number":1,"user_name":"a","password_hash":"{{Bcrypt}}","password_scheme":"md5"}""").Problem);
    }

    [Fact]
    public void A_disabled_person_stays_so_by_either_word()
    {
        Assert.True(Read("rageframe", """{"number":1,"user_name":"a","disabled":true}""").Person!.Disabled);
        Assert.True(Read("rageframe", """{"number":1,"user_name":"a","status":0}""").Person!.Disabled);
        Assert.True(Read("rageframe", """{"number":1,"user_name":"a","status":"-1"}""").Person!.Disabled);
        Assert.False(Read("rageframe", """{"number":1,"user_name":"a","status":0,"disabled":0}""").Person!.Disabled);
    }

    [Theory]
    [InlineData("1674999452")]
    [InlineData("\"1674999452\"")]
    [InlineData("\"2023-01-29T13:37:32Z\"")]
    [InlineData("\"2023-01-29T21:37:32.0000000+08:00\"")]
    [InlineData("\"2023-01-29T21:37:32\"")]
    [InlineData("\"2023-01-29 21:37:32\"")]
    public void An_instant_is_unix_seconds_or_iso_8601(string json) =>
        Assert.Equal(1674999452, new Cell(JsonElement.Parse(json)).Instant!.Value.ToUnixTimeSeconds());

    private ReadRow Read(string api, string json, string? scheme = null) => new RowReader(ApiColumns.Of(api), store.Services.GetRequiredService<AccountRegistry>(), new(scheme, new HashSet<string>(), false))
        .Read(new RawRow(1, JsonElement.Parse(json).EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null).ToDictionary(member => member.Name, member => new Cell(member.Value))));
}
