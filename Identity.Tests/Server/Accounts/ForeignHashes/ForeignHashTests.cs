using Identity.Server.Accounts.ForeignHashes;

namespace Identity.Tests.Server.Accounts.ForeignHashes;

/// <summary>Every vector was made by Python's hashlib from the password <see cref="Password"/>; salts are <c>s4lt</c>, or said in the row.</summary>
public sealed class ForeignHashTests
{
    private const string Password = "密码 correct";

    [Theory]
    [InlineData("md5", "", "b52ae4d7f3967a97f72da09e932d251f")]
    [InlineData("md5({password})", "", "B52AE4D7F3967A97F72DA09E932D251F")]
    [InlineData("md5({password})", "", "tSrk1/OWepf3LaCeky0lHw==")]
    [InlineData("md5({salt}{password})", "s4lt", "4e899ab3796b6a5823ae393464350e1c")]
    [InlineData("md5({salt}{password}{salt})", "s4lt", "4db96054b5d31bd90403cb2ee1eb20fa")]
    [InlineData("sha1({password}{salt})", "s4lt", "e4a3c888f4b10591cae48deeb2dafa58b828361e")]
    [InlineData("sha256({salt}{password})", "s4lt", "wy0xyTH6Znkcp7sLiwfJ5F3wSJBSLLarZCFyYSFDJq4=")]
    [InlineData("md5(md5({password}){salt})", "s4lt", "afd7f43e3551f23644a6486790290d04")]
    [InlineData("sha1(MD5({password}))", "", "ba712f031d86746f5b4240dcd4cfae814dc6f87c")]
    [InlineData("sha256({salt:hex}{password})", "00ff10", "c3dbb5888991484c31de229f763f072e0b277ae0f94eb68f185c9a5f6c984ee2")]
    [InlineData("sha256({password}{salt:base64})", "AP8Q", "e4e29576459767cf10dd69030961b25469fefa0f61ac5e7837dace01b18f6a98")]
    public void A_digest_is_computed_as_its_template_says_and_verifies_when_wrapped(string template, string salt, string digest)
    {
        var read = DigestTemplate.Read(template)!;
        var (octets, saltOctets) = (read.DigestOf(digest)!, read.SaltOf(salt)!);
        Assert.Equal(octets, read.Compute(Password, saltOctets));
        Assert.Equal(salt.Length > 0, read.Salted);

        var wrapped = WrappedHash.Wrap(read, octets, saltOctets, 3);
        Assert.Matches(@"^\$wrapped\$3\$[A-Za-z0-9({:})]+\$[A-Za-z0-9_-]*\$[A-Za-z0-9_-]{22}\$[A-Za-z0-9_-]{43}$", wrapped);
        Assert.True(ForeignHash.Read(wrapped)!.Verify(Password));
        Assert.False(ForeignHash.Read(wrapped)!.Verify(Password + " "));
        Assert.Equal(3, ForeignHash.Read(wrapped)!.Cost);
        // Nothing of the digest is left, and two people with one password are not seen to be.
        Assert.DoesNotContain(Convert.ToHexStringLower(octets), wrapped, StringComparison.OrdinalIgnoreCase);
        Assert.NotEqual(wrapped, WrappedHash.Wrap(read, octets, saltOctets, 3), StringComparer.Ordinal);
    }

    [Fact]
    public void What_was_wrapped_by_another_implementation_verifies() => Assert.True(ForeignHash.Read(
        "$wrapped$10000$md5({salt}{password})$czRsdA$AAECAwQFBgcICQoLDA0ODw$JwSmUOBgzQYhef6o9_gGR5kPqaqkCySTrAlGYslvaPI")!.Verify(Password));

    [Theory]
    [InlineData("pbkdf2_sha1$1000$s4lt$Ly6H+PI4GTT7mryX1sszVQVfvCQ=")]
    [InlineData("pbkdf2_sha256$2000$s4lt$Qo44YNGvnyVG181eG4HRCD4l1i5ba/LZck8LdFYVQNQ=")]
    [InlineData("pbkdf2_sha512$1500$s4lt$AZv9VKh5w16JlAN/BJtCICftOqtg+5us133lgM2ao8oGn+Jd6dMt0U2EeW8umBh49e8pPQbYhQQsWqI0uVQIjw==")]
    [InlineData("$pbkdf2-sha1$1000$8PHy8/T19vf4.fr7/P3./w$IlrNPcbXTpEp.R5LdFlj62xVreE")]
    [InlineData("$pbkdf2-sha256$2000$8PHy8/T19vf4.fr7/P3./w$HPKhr4mHxgczfpmfhzKAayRi7klafEqkis9hgkHmr.M")]
    [InlineData("$pbkdf2-sha256$2000$8PHy8/T19vf4+fr7/P3+/w==$HPKhr4mHxgczfpmfhzKAayRi7klafEqkis9hgkHmr+M=")]
    [InlineData("$pbkdf2-sha512$1500$8PHy8/T19vf4.fr7/P3./w$FN0plzSc4QrdM8iw4njcYA1HiQHNebBwjIIMt01FqqxW383.p2GDELzVG2i3bIoDbssVf38ihfb1KS5pi7NZ.Q")]
    public void Pbkdf2_verifies_in_both_spellings(string stored)
    {
        Assert.True(ForeignHash.Read(stored)!.Verify(Password));
        Assert.False(ForeignHash.Read(stored)!.Verify("密码 Correct"));
    }

    [Theory]
    [InlineData("pbkdf2_sha256$999$s4lt$Qo44YNGvnyVG181eG4HRCD4l1i5ba/LZck8LdFYVQNQ=")]
    [InlineData("pbkdf2_sha256$2000001$s4lt$Qo44YNGvnyVG181eG4HRCD4l1i5ba/LZck8LdFYVQNQ=")]
    [InlineData("pbkdf2_sha256$99999999999$s4lt$Qo44YNGvnyVG181eG4HRCD4l1i5ba/LZck8LdFYVQNQ=")]
    [InlineData("pbkdf2_sha256$-2000$s4lt$Qo44YNGvnyVG181eG4HRCD4l1i5ba/LZck8LdFYVQNQ=")]
    [InlineData("pbkdf2_md5$2000$s4lt$Qo44YNGvnyVG181eG4HRCD4l1i5ba/LZck8LdFYVQNQ=")]
    [InlineData("pbkdf2_sha256$2000$$Qo44YNGvnyVG181eG4HRCD4l1i5ba/LZck8LdFYVQNQ=")]
    [InlineData("pbkdf2_sha256$2000$s4lt$")]
    [InlineData("pbkdf2_sha256$2000$s4lt$AAAA")]
    [InlineData("pbkdf2_sha256$2000$s4lt")]
    [InlineData("$pbkdf2-sha256$2000$!$HPKhr4mHxgczfpmfhzKAayRi7klafEqkis9hgkHmr.M")]
    [InlineData("$wrapped$0$md5({password})$$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODwABAgMEBQYHCAkKCwwNDg8")]
    [InlineData("$wrapped$1$md4({password})$$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODwABAgMEBQYHCAkKCwwNDg8")]
    [InlineData("$wrapped$1$md5({password})$$AAECAwQFBgcICQoLDA0ODw$AAEC")]
    [InlineData("$wrapped$")]
    [InlineData("$p")]
    [InlineData("p")]
    [InlineData("")]
    public void What_is_none_of_them_is_nobodys_password(string stored) => Assert.Null(ForeignHash.Read(stored));

    [Theory]
    [InlineData("")]
    [InlineData("md4")]
    [InlineData("md5()")]
    [InlineData("md5({salt})")]
    [InlineData("md5({password}")]
    [InlineData("md5({password}))")]
    [InlineData("md5({password})x")]
    [InlineData("md5(x{password})")]
    [InlineData("md5({pass})")]
    [InlineData("Md5({password})")]
    [InlineData("md5(md5(md5(md5(md5({password})))))")]
    [InlineData("md5($)")]
    [InlineData("md5({")]
    public void What_is_no_template_is_refused(string template) => Assert.Null(DigestTemplate.Read(template));

    [Fact]
    public void An_endless_template_is_refused() => Assert.Null(DigestTemplate.Read(string.Concat(Enumerable.Repeat("md5(", 10_000)) + "{password}"));

    [Theory]
    [InlineData("AAABAgMEBQYHCAkKCwwNDg80fwAPo2FnjOlvWCAk6l5L2rdcYfevxE4VVf3Nx97gGA==", 1_000)]
    [InlineData("AQAAAAEAACcQAAAAEAABAgMEBQYHCAkKCwwNDg+Rn8KwdZZ251QWdPYNI7ykoUowEk/waOjG3NXAuqRvYA==", 10_000)]
    [InlineData("AQAAAAIAAYagAAAAEAABAgMEBQYHCAkKCwwNDg8NA1hyrDWUKwsa69Wuzr5ySIiBdit/6UdwO/Zaq1wyrA==", 100_000)]
    [InlineData("AQAAAAAAAAfQAAAAEAABAgMEBQYHCAkKCwwNDg9nBktrK+Rj90Pu9os1ykAO2qhqr8YJEaxyW7kQCrm8mQ==", 2_000)]
    public void A_hash_of_aspnet_identity_tells_its_rounds(string stored, int iterations) => Assert.Equal(iterations, IdentityBlob.Read(stored)!.Iterations);

    [Theory]
    [InlineData("")]
    [InlineData("AA==")]
    [InlineData("AQAAAAEAACcQAAAAEAABAgMEBQY=")]
    [InlineData("AQAAAAn/////AAAAEAABAgMEBQYHCAkKCwwNDg+Rn8KwdZZ251QWdPYNI7ykoUowEk/waOjG3NXAuqRvYA==")]
    [InlineData("AQAAAAL/////AAAAEAABAgMEBQYHCAkKCwwNDg+Rn8KwdZZ251QWdPYNI7ykoUowEk/waOjG3NXAuqRvYA==")]
    [InlineData("AQAAAAIAACcQ/////wABAgMEBQYHCAkKCwwNDg+Rn8KwdZZ251QWdPYNI7ykoUowEk/waOjG3NXAuqRvYA==")]
    [InlineData("not base64")]
    public void What_is_no_hash_of_aspnet_identity_is_refused(string stored) => Assert.Null(IdentityBlob.Read(stored));
}
