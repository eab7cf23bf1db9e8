using System.Text;
using FsCheck.Fluent;
using Identity.OpenId.Clients;
using Identity.OpenId.Errors;
using Identity.OpenId.Parameters;
using Identity.OpenId.Token;

namespace Identity.Tests.OpenId.Token;

public sealed class PresentedClientTests
{
    private static readonly OAuthError MalformedBasic = OAuthError.InvalidClient("The Authorization header is not well-formed Basic authentication.");

    [Theory]
    [InlineData("Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW")]
    [InlineData("basic czZCaGRSa3F0MzpnWDFmQmF0M2JW")]
    [InlineData("BASIC  czZCaGRSa3F0MzpnWDFmQmF0M2JW ")]
    public void Rfc6749_2_3_1_its_own_basic_example(string authorization) =>
        Assert.Equal(new("s6BhdRkqt3", "client_secret_basic", "gX1fBat3bV"), Read(authorization, ""));

    [Fact]
    public void Rfc6749_2_3_1_its_own_example_in_the_body() => Assert.Equal(
        new("s6BhdRkqt3", "client_secret_post", "7Fjfp0ZBr1KtDRbnfVdmIw"),
        Read(null, "grant_type=refresh_token&refresh_token=tGzv3JOkF0XG5Qx2TlKWIA&client_id=s6BhdRkqt3&client_secret=7Fjfp0ZBr1KtDRbnfVdmIw"));

    [Theory]
    [InlineData("a%3Ab:c%2Bd", "a:b", "c+d")]
    [InlineData("a+b:c+d", "a b", "c d")]
    [InlineData("%E5%AE%A2:%E5%AF%86%25", "客", "密%")]
    [InlineData("客:密", "客", "密")]
    [InlineData("a:b:c", "a", "b:c")]
    public void Rfc6749_2_3_1_names_are_form_decoded_inside_basic(string pair, string id, string secret) =>
        Assert.Equal(new(id, ClientAuthenticationMethods.Basic, secret), Read(Basic(pair), ""));

    [Fact]
    public void Rfc6749_2_3_1_whatever_was_encoded_into_basic_is_decoded_again()
    {
        var word = Any.Text.Where(text => text.Length is > 0 and <= 128);
        Any.ForAll(word.SelectMany(id => word.Select(secret => (id, secret))), pair => Assert.Equal(
            new(pair.id, ClientAuthenticationMethods.Basic, pair.secret),
            Read(Basic($"{Uri.EscapeDataString(pair.id)}:{Uri.EscapeDataString(pair.secret)}"), "")));
    }

    [Theory]
    [InlineData("Bearer czZCaGRSa3F0MzpnWDFmQmF0M2JW")]
    [InlineData("Basic")]
    [InlineData("Basic ")]
    [InlineData("Basic !!!!")]
    [InlineData("Basic czZCaGRSa3F0MzpnWDFmQmF0M2J")]
    [InlineData("Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW, Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW")]
    [InlineData("BasicczZCaGRSa3F0MzpnWDFmQmF0M2JW")]
    [InlineData("czZCaGRSa3F0MzpnWDFmQmF0M2JW")]
    public void A_header_that_is_not_basic_is_invalid_client(string authorization) => Refuses(MalformedBasic, authorization, "");

    [Theory]
    [InlineData("nocolon")]
    [InlineData(":secret")]
    [InlineData("id:")]
    [InlineData("id:%zz")]
    [InlineData("%:secret")]
    [InlineData("id:a\nb")]
    [InlineData("id:%00")]
    [InlineData("id:%FF")]
    public void Rfc6749_2_3_1_malformed_names_inside_basic_are_invalid_client(string pair) => Refuses(MalformedBasic, Basic(pair), "");

    [Fact]
    public void Octets_that_are_not_utf8_inside_basic_are_invalid_client() =>
        Refuses(MalformedBasic, "Basic " + Convert.ToBase64String([(byte)'a', (byte)':', 0xFF]), "");

    [Fact]
    public void Oversized_names_are_refused()
    {
        Assert.Equal(128, Read(Basic($"{new string('a', 128)}:{new string('b', 512)}"), "").ClientId.Length);
        Refuses(MalformedBasic, Basic($"{new string('a', 129)}:b"), "");
        Refuses(MalformedBasic, Basic($"a:{new string('b', 513)}"), "");
        Refuses(MalformedBasic, Basic("a:b") + new string(' ', 2048), "");
        Refuses(OAuthError.InvalidRequest("client_id is too long."), null, $"client_id={new string('a', 129)}");
        Refuses(OAuthError.InvalidRequest("client_secret is too long."), null, $"client_id=a&client_secret={new string('b', 513)}");
    }

    [Theory]
    [InlineData("client_secret=b")]
    [InlineData("client_id=a&client_secret=b")]
    [InlineData("client_id=other&client_secret=b")]
    public void Rfc6749_2_3_two_methods_in_one_request_are_invalid_request(string body) =>
        Refuses(OAuthError.InvalidRequest("The client used more than one authentication method."), Basic("a:b"), body);

    [Fact]
    public void Rfc6749_2_3_a_client_id_beside_basic_must_match_and_is_no_second_method()
    {
        Assert.Equal(new("a", ClientAuthenticationMethods.Basic, "b"), Read(Basic("a:b"), "client_id=a"));
        Assert.Equal(new("a", ClientAuthenticationMethods.Basic, "b"), Read(Basic("a:b"), "client_id=&client_secret="));
        Refuses(OAuthError.InvalidRequest("client_id differs from the Authorization header."), Basic("a:b"), "client_id=A");
    }

    [Theory]
    [InlineData(null, "client_id=a")]
    [InlineData("", "client_id=a")]
    [InlineData(null, "client_id=a&client_secret=")]
    public void A_client_id_alone_is_a_public_client(string? authorization, string body) =>
        Assert.Equal(new("a", ClientAuthenticationMethods.None, null), Read(authorization, body));

    [Theory]
    [InlineData("")]
    [InlineData("client_id=")]
    [InlineData("client_secret=b")]
    public void A_request_that_names_no_client_is_invalid_client(string body) =>
        Refuses(OAuthError.InvalidClient("The client did not say who it is."), null, body);

    [Theory]
    [InlineData("client_id=a&client_id=a", "client_id")]
    [InlineData("client_id=a&client_id=", "client_id")]
    [InlineData("client_id=a&client_secret=b&client_secret=b", "client_secret")]
    public void Rfc6749_3_2_a_repeated_parameter_is_invalid_request(string body, string name) =>
        Refuses(OAuthError.InvalidRequest($"{name} must not be repeated."), null, body);

    [Fact]
    public void Any_header_is_a_client_or_a_refusal() => Any.ForAll(
        Gen.OneOf(Any.Body.Select(octets => "Basic " + Convert.ToBase64String(octets)), Any.Text, Any.Text.Select(text => "Basic " + text)),
        header => Assert.True(PresentedClient.Read(header, ParameterSet.Of(KeyValuePair.Create("client_id", "a"))).Succeeded(out _, out var error)
            || error.Error is "invalid_client" or "invalid_request"),
        1000);

    [Fact]
    public void The_secret_is_never_in_the_text()
    {
        Assert.Equal("PresentedClient { ClientId = s6BhdRkqt3, Method = client_secret_basic }", Read("Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW", "").ToString());
        Assert.DoesNotContain("geheim", $"{Read(null, "client_id=a&client_secret=geheim")}", StringComparison.Ordinal);
    }

    private static string Basic(string pair) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(pair));

    private static PresentedClient Read(string? authorization, string body)
    {
        Assert.True(PresentedClient.Read(authorization, Form(body)).Succeeded(out var client, out _));
        return client;
    }

    private static void Refuses(OAuthError refusal, string? authorization, string body)
    {
        Assert.False(PresentedClient.Read(authorization, Form(body)).Succeeded(out _, out var error));
        Assert.Equal(refusal, error);
    }

    private static ParameterSet Form(string body)
    {
        Assert.True(ParameterSet.Parse(Encoding.UTF8.GetBytes(body)).Succeeded(out var form, out _));
        return form;
    }
}
