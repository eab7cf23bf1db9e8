using Identity.OpenId.Authorize;

namespace Identity.Tests.OpenId.Authorize;

/// <summary>The claims parameter, OpenID Connect Core §5.5.</summary>
public sealed class ClaimsRequestTests
{
    [Fact]
    public void The_example_of_the_standard_is_read_and_what_is_not_understood_is_left_out()
    {
        var request = Read(
            """
            {"userinfo":{"given_name":{"essential":true},"nickname":null,"email":{"essential":true},"email_verified":{"essential":true},"picture":null,"http://example.info/claims/groups":null},
            "id_token":{"auth_time":{"essential":true},"acr":{"values":["urn:mace:incommon:iap:silver"]}},"elsewhere":{"name":null}}
            """);
        Assert.Equal(["given_name", "nickname", "email", "email_verified", "picture"], request.UserInfo.Keys);
        Assert.Equal([true, false, true, true, false], request.UserInfo.Values.Select(wish => wish.Essential));
        Assert.Equal(["acr"], request.IdToken.Keys);
        Assert.Equal(["urn:mace:incommon:iap:silver"], request.IdToken["acr"].Values);
        Assert.Equal(["given_name", "nickname", "email", "email_verified", "picture"], request.Personal);
        Assert.Empty(request.EssentialAcr);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"userinfo":{}}""")]
    [InlineData("""{"id_token":{"unknown":{"essential":true,"values":[{"a":[1]},2],"more":{}}}}""")]
    [InlineData("""{"verified_claims":[1,2,3]}""")]
    public void A_request_for_nothing_that_we_know_is_empty(string text) => Assert.True(Read(text).IsEmpty);

    [Theory]
    [InlineData("")]
    [InlineData("name")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"userinfo\"")]
    [InlineData("""{"userinfo":{"name":null}""")]
    [InlineData("""{"userinfo":{"name":null}}x""")]
    [InlineData("""{"userinfo":{"name":null},}""")]
    [InlineData("""{"userinfo":null}""")]
    [InlineData("""{"userinfo":["name"]}""")]
    [InlineData("""{"id_token":"name"}""")]
    [InlineData("""{"userinfo":{"name":true}}""")]
    [InlineData("""{"userinfo":{"name":"essential"}}""")]
    [InlineData("""{"userinfo":{"name":[]}}""")]
    [InlineData("""{"userinfo":{"unknown":5}}""")]
    [InlineData("""{"userinfo":{"name":{"essential":"true"}}}""")]
    [InlineData("""{"userinfo":{"name":{"essential":null}}}""")]
    [InlineData("""{"userinfo":{"name":{"values":"one"}}}""")]
    [InlineData("""{"userinfo":{"name":{"values":{}}}}""")]
    [InlineData("""{"id_token":{"sub":{"value":5}}}""")]
    [InlineData("""{"id_token":{"sub":{"value":null}}}""")]
    [InlineData("""{"id_token":{"acr":{"values":["a",5]}}}""")]
    [InlineData("""{"id_token":{"acr":{"values":["a","a","a","a","a","a","a","a","a","a","a","a","a","a","a","a","a"]}}}""")]
    [InlineData("""{"userinfo":{},"userinfo":{"name":null}}""")]
    [InlineData("""{"userinfo":{"name":null,"name":{"essential":true}}}""")]
    [InlineData("""{"userinfo":{"name":{"value":[[[[[[[[[[1]]]]]]]]]]}}}""")]
    [InlineData("""{"userinfo":{"\ud800":null}}""")]
    [InlineData("""{"id_token":{"sub":{"value":"\ud800"}}}""")]
    public void Anything_else_is_one_and_the_same_mistake(string text)
    {
        Assert.False(ClaimsRequest.Parse(text).Succeeded(out _, out var mistake));
        Assert.Equal("invalid_request", mistake.Error);
        Assert.Equal("claims must be a JSON object as OpenID Connect Core section 5.5 describes it.", mistake.Description);
    }

    [Theory]
    [InlineData("{}", true)]
    [InlineData("""{"id_token":{"sub":null}}""", true)]
    [InlineData("""{"id_token":{"sub":{"essential":true}}}""", true)]
    [InlineData("""{"id_token":{"sub":{"value":"u_1"}}}""", true)]
    [InlineData("""{"id_token":{"sub":{"values":["u_2","u_1"]}}}""", true)]
    [InlineData("""{"userinfo":{"sub":{"value":"u_1"}}}""", true)]
    [InlineData("""{"id_token":{"sub":{"value":"u_2"}}}""", false)]
    [InlineData("""{"id_token":{"sub":{"value":"U_1"}}}""", false)]
    [InlineData("""{"userinfo":{"sub":{"value":"u_2"}}}""", false)]
    [InlineData("""{"userinfo":{"sub":{"value":"u_1"}},"id_token":{"sub":{"value":"u_2"}}}""", false)]
    public void A_subject_with_a_value_admits_nobody_else(string text, bool admitted) => Assert.Equal(admitted, Read(text).Admits("u_1"));

    [Fact]
    public void Only_what_is_allowed_stays_and_subject_and_class_are_not_anybody_s_to_allow()
    {
        var request = Read("""{"userinfo":{"sub":{"value":"u_1"},"email":null,"name":null},"id_token":{"phone_number":null,"acr":{"essential":true,"value":"a"}}}""").Only(["name", "gender"]);
        Assert.Equal(["sub", "name"], request.UserInfo.Keys);
        Assert.Equal(["acr"], request.IdToken.Keys);
        Assert.Equal(["a"], request.EssentialAcr);
        Assert.False(request.Admits("u_2"));
    }

    [Theory]
    [InlineData("{}", """{"userinfo":{},"id_token":{}}""")]
    [InlineData("""{"id_token":{"name":{"essential":true,"value":"x","other":1},"x":null},"userinfo":{"email":{}}}""", """{"userinfo":{"email":null},"id_token":{"name":{"essential":true}}}""")]
    [InlineData("""{"id_token":{"sub":{"value":"李\""},"acr":{"essential":true,"values":["a","b"]}}}""", """{"userinfo":{},"id_token":{"sub":{"values":["李\""]},"acr":{"essential":true,"values":["a","b"]}}}""")]
    public void What_is_kept_is_read_back_as_it_was(string text, string kept)
    {
        Assert.Equal(kept, Read(text).ToJson());
        Assert.Equal(kept, Read(kept).ToJson());
    }

    private static ClaimsRequest Read(string text)
    {
        Assert.True(ClaimsRequest.Parse(text).Succeeded(out var request, out _));
        return request;
    }
}
