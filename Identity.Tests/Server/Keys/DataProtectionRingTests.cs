using System.Text;
using Identity.Tests.Support;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.Server.Keys;

public sealed class DataProtectionRingTests(IdentityHost host) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task Keys_lie_wrapped_in_the_database_and_survive_a_restart()
    {
        var sealed_ = Protector().Protect("a secret");
        var rows = await host.ReadAsync(db => db.DataProtectionKeys.AsNoTracking().ToListAsync());
        var xml = Assert.Single(rows).Xml;
        Assert.Contains("<wrapped", xml, StringComparison.Ordinal);
        // How an unwrapped one would look.
        Assert.DoesNotContain("<masterKey", xml, StringComparison.Ordinal);
        Assert.DoesNotContain("<value>", xml, StringComparison.Ordinal);
        await host.RestartAsync();
        Assert.Equal("a secret", Protector().Unprotect(sealed_));
        Assert.Single(await host.ReadAsync(db => db.DataProtectionKeys.AsNoTracking().ToListAsync()));
    }

    [Fact]
    public async Task No_key_lies_open_in_the_database()
    {
        _ = Protector().Protect("a secret");
        foreach (var wrapped in await host.ReadAsync(db => db.SigningKeys.AsNoTracking().Select(row => row.Wrapped).ToListAsync()))
        {
            using var rsa = System.Security.Cryptography.RSA.Create();
            Assert.ThrowsAny<System.Security.Cryptography.CryptographicException>(() => rsa.ImportPkcs8PrivateKey(wrapped, out _));
        }

        var file = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(Path.Combine(host.Folder, "identity.db")));
        Assert.DoesNotContain((await File.ReadAllTextAsync(Path.Combine(host.Folder, "identity.key"))).Trim(), file, StringComparison.Ordinal);
    }

    private IDataProtector Protector() => host.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("test");
}
