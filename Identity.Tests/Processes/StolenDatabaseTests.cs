using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Identity.OpenId.Token;
using Identity.Server.Clients;
using Identity.Server.Keys;
using Identity.Tests.Support;

namespace Identity.Tests.Processes;

/// <summary>A copy of the database without the master key file: it starts nothing, decrypts to nothing, forges nothing and tells no secret.</summary>
[Collection(OneAtATime.Name)]
public sealed partial class StolenDatabaseTests(StolenDatabaseTests.Robbed robbed) : IClassFixture<StolenDatabaseTests.Robbed>
{
    [Fact]
    public async Task A_database_without_its_master_key_is_refused_in_one_sentence()
    {
        using var stolen = robbed.Folder.Stolen();
        var (exitCode, _, error) = await ServerProcess.RunAsync(stolen, ["--environment=Development", "--urls=http://127.0.0.1:0"]);
        AssertRefused(exitCode, error);
        Assert.False(File.Exists(stolen.MasterKey), "A new key was made beside a database that has another.");
    }

    [Fact]
    public async Task A_database_with_another_master_key_is_refused_in_one_sentence()
    {
        using var stolen = robbed.Folder.Stolen();
        var other = stolen.Write("other.key", Convert.ToBase64String(RandomNumberGenerator.GetBytes(MasterKey.Size)));
        var (exitCode, _, error) = await ServerProcess.RunAsync(stolen, ["--environment=Development", "--urls=http://127.0.0.1:0", $"--Keys:MasterKeyFile={other}"]);
        AssertRefused(exitCode, error);
    }

    [Fact]
    public void Nothing_in_the_database_decrypts_without_the_master_key()
    {
        using var stolen = robbed.Folder.Stolen();
        var wrapped = stolen.Query("SELECT wrapped FROM signing_keys UNION ALL SELECT wrapped FROM root_keys").Select(row => (byte[])row[0]).ToList();
        wrapped.AddRange(stolen.Query("SELECT xml FROM data_protection_keys").Select(row => Convert.FromBase64String(Wrapped().Match((string)row[0]).Groups["text"].Value)));
        Assert.Equal(4, wrapped.Count);

        // The purposes are the product's own words; the true key opens each of them, so a miss below is the key's doing.
        var right = Master(Convert.FromBase64String(File.ReadAllText(robbed.Folder.MasterKey)));
        string[] purposes = ["signing key", "root key", "data protection"];
        Assert.All(wrapped, one => Assert.Contains(purposes, purpose => Opens(right, purpose, one)));

        // What a thief has to try: nothing, and every value that lies beside.
        foreach (var guess in Robbed.Values(stolen).Where(value => value.Length >= 16).Select(SHA256.HashData).Prepend(new byte[MasterKey.Size]))
        {
            var wrong = Master(guess);
            Assert.All(wrapped, one => Assert.DoesNotContain(purposes, purpose => Opens(wrong, purpose, one)));
        }

        Assert.All(wrapped, one => Assert.ThrowsAny<CryptographicException>(() =>
        {
            using var rsa = RSA.Create();
            rsa.ImportPkcs8PrivateKey(one, out _);
        }));
        Assert.All(stolen.Query("SELECT xml FROM data_protection_keys"), row => Assert.DoesNotContain("masterKey", (string)row[0], StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_refresh_token_can_be_forged_from_what_the_database_holds()
    {
        using var stolen = robbed.Folder.Stolen();
        Assert.True(RefreshToken.TryRead(robbed.RefreshToken, out var genuine, out _));
        var salt = (byte[])stolen.Query("SELECT salt FROM refresh_families ORDER BY created_at LIMIT 1")[0][0];
        await using var server = await ServerProcess.Serve(robbed.Folder).ReadyAsync();
        var tried = 0;
        foreach (var root in Robbed.Values(stolen).Prepend(new byte[32]))
        {
            var forged = genuine.Write(RefreshToken.FamilyKey(root, salt));
            if (tried++ < 200)
            {
                Assert.Equal("invalid_grant", (await server.RefreshAsync(forged)).Text("error"));
            }
        }

        // A forged token ends nobody's session.
        Assert.Equal(200, (await server.RefreshAsync(robbed.RefreshToken)).Status);
    }

    [Fact]
    public void No_secret_lies_in_the_database_in_clear()
    {
        var octets = robbed.Folder.DatabaseOctets();
        Assert.True(octets.AsSpan().IndexOf("robbed"u8) >= 0, "The scan does not even find the user name.");
        foreach (var (what, secret) in robbed.Secrets)
        {
            Assert.False(octets.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) >= 0, $"The database holds the {what} in clear.");
        }

        // An unkeyed digest of six digits is the six digits.
        foreach (var digest in new[] { SHA256.HashData(Encoding.ASCII.GetBytes(robbed.Code)), SHA512.HashData(Encoding.ASCII.GetBytes(robbed.Code)) })
        {
            Assert.False(octets.AsSpan().IndexOf(digest) >= 0, "The database holds a plain digest of the code.");
            Assert.False(octets.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(digest))) >= 0, "The database holds a plain digest of the code.");
            Assert.False(octets.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Base64Url.EncodeToString(digest))) >= 0, "The database holds a plain digest of the code.");
        }
    }

    private static void AssertRefused(int exitCode, string error)
    {
        Assert.Equal(78, exitCode);
        Assert.StartsWith("Keys:MasterKeyFile: ", error, StringComparison.Ordinal);
        Assert.Equal(1, error.Count(c => c == '\n'));
    }

    private static MasterKey Master(byte[] key)
    {
        var master = new MasterKey();
        master.Open(key);
        return master;
    }

    private static bool Opens(MasterKey master, string purpose, byte[] wrapped)
    {
        try
        {
            _ = master.Unwrap(purpose, wrapped);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    [GeneratedRegex("<wrapped[^>]*>(?<text>[^<]+)</wrapped>", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Wrapped();

    [GeneratedRegex(@"code is (?<code>\d{6})", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Code();

    /// <summary>A server that was used and then killed, so that its write-ahead log lies there too.</summary>
    public sealed class Robbed : IAsyncLifetime
    {
        private const string Password = "a password of 中文 and more";
        private const string ClientSecret = "a-client-secret-of-the-operator-with-40-chars";

        internal ServerFolder Folder { get; } = new();

        internal string RefreshToken { get; private set; } = "";

        internal string Code { get; private set; } = "";

        internal List<(string What, string Secret)> Secrets { get; } = [("password", Password), ("client secret", ClientSecret), ("demonstration secret", DemoClients.Secret)];

        public async ValueTask InitializeAsync()
        {
            string[] client = ["--Clients:0:client_id=own", $"--Clients:0:client_secret={ClientSecret}", "--Clients:0:grant_types:0=client_credentials"];
            var (added, _, complaint) = await ServerProcess.RunAsync(Folder, ["users", "add", "--user-name", "robbed", "--email", "robbed@example.com", "--password-stdin", "--environment=Development"], input: Password + "\n");
            Assert.True(added == 0, complaint);
            await using var server = await ServerProcess.Serve(Folder, client).ReadyAsync();
            var signedIn = await server.SignInAsync("robbed", Password);
            RefreshToken = (await server.RefreshAsync(signedIn.RefreshToken)).RefreshToken;
            var machine = await server.PostAsync("/connect/token", [("grant_type", "client_credentials")], "own", ClientSecret);
            Assert.Equal(200, (await server.PostAsync("/connect/revoke", [("token", machine.AccessToken)], "own", ClientSecret)).Status);
            Assert.Equal(400, (await server.SignInAsync("robbed", "a wrong password")).Status);
            using var asked = await server.Http.PostAsJsonAsync("/usercenter/v1/tools/SendEmail", new { email = "new@example.com" });
            Assert.Equal(200, (int)asked.StatusCode);
            Code = StolenDatabaseTests.Code().Match(await File.ReadAllTextAsync(Directory.EnumerateFiles(Folder.In("mail")).Single())).Groups["code"].Value;
            Secrets.AddRange([
                ("refresh token", signedIn.RefreshToken),
                ("successor", RefreshToken),
                ("access token", signedIn.AccessToken),
                ("signature of an access token", signedIn.AccessToken.Split('.')[2]),
                ("client's access token", machine.AccessToken),
                ("id_token", signedIn.Text("id_token")),
                ("wrong password", "a wrong password"),
                ("code", Code),
                ("master key", (await File.ReadAllTextAsync(Folder.MasterKey)).Trim()),
            ]);
            await server.KillAsync();
        }

        public ValueTask DisposeAsync()
        {
            Folder.Dispose();
            return ValueTask.CompletedTask;
        }

        /// <summary>Every value of every table as octets, as it is and decoded.</summary>
        internal static IEnumerable<byte[]> Values(ServerFolder stolen)
        {
            foreach (var table in stolen.Query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'").Select(row => (string)row[0]))
            {
                foreach (var value in stolen.Query($"SELECT * FROM {table}").SelectMany(row => row))
                {
                    switch (value)
                    {
                        case byte[] octets:
                            yield return octets;
                            break;
                        case string text:
                            yield return Encoding.UTF8.GetBytes(text);
                            if (text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit))
                            {
                                yield return Convert.FromHexString(text);
                            }

                            break;
                        default:
                            yield return Encoding.UTF8.GetBytes(Convert.ToString(value, CultureInfo.InvariantCulture)!);
                            break;
                    }
                }
            }
        }
    }
}
