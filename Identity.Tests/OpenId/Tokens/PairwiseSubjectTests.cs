using FsCheck.Fluent;
using Identity.OpenId.Tokens;

namespace Identity.Tests.OpenId.Tokens;

/// <summary>OpenID Connect Core §8.1.</summary>
public sealed class PairwiseSubjectTests
{
    [Fact]
    public void A_subject_is_stable_read_back_and_another_one_for_each_account_sector_and_key() => Any.ForAll(
        from key in Any.Octets(32)
        from other in Any.Octets(32)
        from account in Gen.Choose(1, int.MaxValue - 1)
        select (key, other, account),
        it =>
        {
            var subject = PairwiseSubject.Write(it.key, it.account, "rp.example");
            Assert.Equal(subject, PairwiseSubject.Write(it.key, it.account, "rp.example"));
            Assert.Equal(it.account, PairwiseSubject.Read(it.key, subject));
            Assert.NotEqual(subject, PairwiseSubject.Write(it.key, it.account + 1, "rp.example"));
            Assert.NotEqual(subject, PairwiseSubject.Write(it.key, it.account, "other.example"));
            Assert.True(it.key.SequenceEqual(it.other) || subject != PairwiseSubject.Write(it.other, it.account, "rp.example"));
            Assert.StartsWith("u_", subject, StringComparison.Ordinal);
        });

    [Theory]
    [InlineData("u_AAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("u_.AAAA")]
    [InlineData("u_.!!!!!!!!!!!!!!!!!!!!!!")]
    [InlineData("u_.AAAAAAAAAAAAAAAAAAAAAB")]
    [InlineData("")]
    public void A_subject_of_another_kind_is_none(string subject) => Assert.Null(PairwiseSubject.Read(new byte[32], subject));
}
