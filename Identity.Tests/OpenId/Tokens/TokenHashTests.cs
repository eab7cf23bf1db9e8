using System.Security.Cryptography;
using System.Text;
using FsCheck.Fluent;
using Identity.OpenId.Tokens;

namespace Identity.Tests.OpenId.Tokens;

public sealed class TokenHashTests
{
    // OpenID Connect Core, appendix A.3 (code id_token has c_hash) and A.4.
    [Theory]
    [InlineData("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", "77QmUPtjPfzWtF2AnpK9RQ")]
    [InlineData("Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk", "LDktKdoQak3Pk0cnXxCltA")]
    public void Oidc_core_appendix_A(string token, string hash) => Assert.Equal(hash, TokenHash.LeftHalf(token));

    [Fact]
    public void Oidc_core_3_1_3_6_it_is_the_left_half_of_sha256_in_base64url() => Any.ForAll(
        Gen.Choose(0x21, 0x7E).Select(c => (char)c).ArrayOf().Select(token => new string(token)),
        token =>
        {
            var expected = Convert.ToBase64String(SHA256.HashData(Encoding.ASCII.GetBytes(token))[..16]).TrimEnd('=').Replace('+', '-').Replace('/', '_');
            Assert.Equal(22, expected.Length);
            Assert.Equal(expected, TokenHash.LeftHalf(token));
        });
}
