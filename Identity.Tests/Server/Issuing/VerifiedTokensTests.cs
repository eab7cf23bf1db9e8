using Identity.OpenId.Tokens;
using Identity.Server.Accounts;
using Identity.Server.Issuing;
using Identity.Server.Keys;
using Identity.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.Server.Issuing;

public sealed class VerifiedTokensTests(IdentityHost host) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task A_remembered_signature_does_not_outlive_the_token_by_a_second()
    {
        var token = await TokenAsync("outlived");
        host.Clock.Advance(TimeSpan.FromHours(1) - TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await host.UserInfoAsync(token)).Status);
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(401, (await host.UserInfoAsync(token)).Status);
    }

    [Fact]
    public async Task What_ended_a_token_ends_it_at_once_though_its_signature_is_remembered()
    {
        var revoked = await TokenAsync("revokednow");
        Assert.Equal(200, (await host.UserInfoAsync(revoked)).Status);
        Assert.Equal(200, (await host.PostAsync("/connect/revoke", "web", ("token", revoked))).Status);
        Assert.Equal(401, (await host.UserInfoAsync(revoked)).Status);

        var disabled = await TokenAsync("disablednow");
        Assert.Equal(200, (await host.UserInfoAsync(disabled)).Status);
        Assert.Equal(1, await host.Store.WriteAsync(db => db.Accounts.Where(row => row.UserName == "disablednow").ExecuteUpdateAsync(set => set.SetProperty(row => row.DisabledAt, host.Clock.GetUtcNow())), default));
        Assert.Equal(401, (await host.UserInfoAsync(disabled)).Status);
        Assert.False((await host.IntrospectAsync("watcher", disabled)).Json.GetProperty("active").GetBoolean());

        var session = await SignInAsync("endednow");
        Assert.Equal(200, (await host.UserInfoAsync(session.AccessToken)).Status);
        Assert.Equal(200, (await host.PostAsync("/connect/revoke", "web", ("token", session.RefreshToken))).Status);
        Assert.Equal(401, (await host.UserInfoAsync(session.AccessToken)).Status);
    }

    [Fact]
    public async Task A_key_that_was_taken_away_verifies_no_more()
    {
        var token = await TokenAsync("keygone");
        Assert.Equal(200, (await host.UserInfoAsync(token)).Status);
        var keys = host.Services.GetRequiredService<SigningKeys>();
        var rows = await host.Store.ReadAsync(db => db.SigningKeys.AsNoTracking().ToListAsync(), default);
        await host.Store.WriteAsync(db => db.SigningKeys.ExecuteDeleteAsync(), default);
        await keys.LoadAsync(default);
        Assert.Equal(401, (await host.UserInfoAsync(token)).Status);
        await host.Store.WriteAsync(
            db =>
            {
                db.AddRange(rows);
                return db.SaveChangesAsync();
            },
            default);
        await keys.LoadAsync(default);
        Assert.Equal(200, (await host.UserInfoAsync(token)).Status);
    }

    [Fact]
    public async Task A_text_that_only_looks_alike_is_verified_itself()
    {
        var token = await TokenAsync("alike");
        Assert.Equal(200, (await host.UserInfoAsync(token)).Status);
        var verified = host.Services.GetRequiredService<VerifiedTokens>();
        Assert.True((await verified.ReadAsync(token, host.Issuer)).Succeeded(out _, out _));
        foreach (var other in new[] { token + "A", token[..^1] + (token[^1] == 'A' ? 'B' : 'A'), "é" + token[1..], token.ToUpperInvariant(), token[..^1], new string('a', TokenReader.MaxLength + 1) })
        {
            Assert.False((await verified.ReadAsync(other, host.Issuer)).Succeeded(out _, out _));
        }

        Assert.False((await verified.ReadAsync(token, "https://other.example")).Succeeded(out _, out _));
    }

    [Fact]
    public async Task What_is_remembered_is_bounded_and_a_forged_token_is_not()
    {
        var verified = host.Services.GetRequiredService<VerifiedTokens>();
        var signer = host.Services.GetRequiredService<SigningKeys>().Signer("ES256");
        var before = verified.Count;
        Assert.False((await verified.ReadAsync("a.b.c", host.Issuer)).Succeeded(out _, out _));
        Assert.Equal(before, verified.Count);
        for (var i = 0; i < VerifiedTokens.Capacity + 10; i++)
        {
            var now = host.Clock.GetUtcNow();
            var claims = new AccessTokenClaims
            {
                Issuer = host.Issuer,
                Subject = "machine",
                Audience = [host.Issuer],
                ClientId = "machine",
                IssuedAt = now,
                ExpiresAt = now + TimeSpan.FromHours(1),
                Id = TokenId.Create(Guid.Empty, now, BitConverter.GetBytes((long)i).Concat(new byte[TokenId.RandomSize]).Take(TokenId.RandomSize).ToArray()),
            };
            Assert.True((await verified.ReadAsync(signer.Sign(claims.ToJson(), AccessTokenClaims.Type), host.Issuer)).Succeeded(out _, out _));
        }

        Assert.InRange(verified.Count, 1, VerifiedTokens.Capacity);
    }

    private async Task<string> TokenAsync(string name) => (await SignInAsync(name)).AccessToken;

    private async Task<Answer> SignInAsync(string name)
    {
        await host.AddAccountAsync(new NewAccount { UserName = name });
        return await host.SignInAsync("web", name);
    }
}
