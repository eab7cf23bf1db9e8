using System.Diagnostics;
using Identity.Server.Accounts;
using Identity.Server.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Identity.Tests.Server.Accounts;

public sealed class AccountPasswordHasherTests
{
    private const string Password = "密码 correct";
    private const string Md5 = "$wrapped$10000$md5({salt}{password})$czRsdA$AAECAwQFBgcICQoLDA0ODw$JwSmUOBgzQYhef6o9_gGR5kPqaqkCySTrAlGYslvaPI";
    private const string Bcrypt = "$2b$04$rU1kVtHqFpQ7w8yE2Zb4dOOWTS1m0QT3HteGooDFFenAUYnyZbrti";
    private const string Django = "pbkdf2_sha256$2000$s4lt$Qo44YNGvnyVG181eG4HRCD4l1i5ba/LZck8LdFYVQNQ=";
    private const string Second = "AAABAgMEBQYHCAkKCwwNDg80fwAPo2FnjOlvWCAk6l5L2rdcYfevxE4VVf3Nx97gGA==";
    private const string Third = "AQAAAAEAACcQAAAAEAABAgMEBQYHCAkKCwwNDg+Rn8KwdZZ251QWdPYNI7ykoUowEk/waOjG3NXAuqRvYA==";

    private static readonly Account Anybody = new() { Subject = "u_1" };

    [Theory]
    [InlineData(Md5)]
    [InlineData(Django)]
    [InlineData(Second)]
    [InlineData(Third)]
    public void A_hash_of_an_old_system_lets_in_and_asks_to_be_replaced(string stored)
    {
        var hasher = Hasher(1);
        Assert.Equal(PasswordVerificationResult.SuccessRehashNeeded, hasher.VerifyHashedPassword(Anybody, stored, Password));
        Assert.Equal(PasswordVerificationResult.Failed, hasher.VerifyHashedPassword(Anybody, stored, Password + "!"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("$2y$")]
    [InlineData("$2x$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e")]
    [InlineData("$unknown$")]
    [InlineData("%%%")]
    [InlineData("AQAAAAIAACcQ")]
    public void A_damaged_hash_is_nobodys_password_and_no_fault(string stored) =>
        Assert.Equal(PasswordVerificationResult.Failed, Hasher(1).VerifyHashedPassword(Anybody, stored, ""));

    /// <summary>
    /// The cheapest hashes against a hash of today that costs a hundred times as much. Without the topping up they are
    /// at least ten times faster.
    /// </summary>
    [Theory]
    [InlineData(Md5)]
    [InlineData(Bcrypt)]
    [InlineData(Django)]
    [InlineData(Second)]
    [InlineData(Third)]
    [InlineData("damaged")]
    public void A_cheap_hash_costs_what_a_hash_of_today_costs(string stored)
    {
        var hasher = Hasher(200_000);
        var today = hasher.HashPassword(Anybody, "another");
        // In turns, so that a machine that is busy for a while is busy for both.
        var tries = Enumerable.Range(0, 8).Select(_ => (Foreign: Take(stored), Ours: Take(today))).ToList();
        var (foreign, ours) = (tries.Min(pair => pair.Foreign), tries.Min(pair => pair.Ours));
        Assert.True(foreign > ours / 4, $"{stored.Split('$')[0]}: {foreign} against {ours}");

        TimeSpan Take(string hash)
        {
            var start = Stopwatch.GetTimestamp();
            hasher.VerifyHashedPassword(Anybody, hash, "wrong");
            return Stopwatch.GetElapsedTime(start);
        }
    }

    private static AccountPasswordHasher Hasher(int iterations) => new(Options.Create(new PasswordHasherOptions { IterationCount = iterations }));
}
