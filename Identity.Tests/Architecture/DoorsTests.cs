using System.Text.RegularExpressions;
using Identity.Tests.Support;

namespace Identity.Tests.Architecture;

/// <summary>The map of the server: a room, and the rooms that its doors open on. docs/map.md says why.</summary>
public sealed partial class DoorsTests
{
    private static readonly string[] Everything = ["Token", "Authorize", "PushedAuthorization", "Device", "ClientRegistration", "EndSession", "UserInfo", "Introspection", "Revocation", "Discovery", "Health", "Pages", "Pictures", "Issuing", "Sessions", "Proofs", "Keys", "Clients", "Accounts", "External", "Mail", "Jobs", "Commands", "Compat", "Import", "Replay", "Languages", "Data", "Hosting"];

    public static TheoryData<string, string[]> Doors => new()
    {
        { "Token", ["Clients", "Accounts", "External", "Issuing", "Proofs", "Keys", "Data", "Hosting"] },
        { "UserInfo", ["Clients", "Accounts", "Issuing", "Proofs", "Keys", "Data", "Hosting"] },
        { "Introspection", ["Clients", "Accounts", "Issuing", "Keys", "Data", "Hosting"] },
        { "Revocation", ["Clients", "Accounts", "Issuing", "Keys", "Data", "Hosting"] },
        { "Discovery", ["Clients", "Accounts", "Issuing", "Keys", "Data", "Hosting"] },
        { "Health", ["Keys", "Data", "Hosting"] },
        { "Authorize", ["Clients", "Accounts", "Sessions", "Issuing", "Keys", "Data", "Hosting"] },
        { "PushedAuthorization", ["Authorize", "Clients", "Proofs", "Data", "Hosting"] },
        { "Device", ["Clients", "Accounts", "Keys", "Data", "Hosting"] },
        { "ClientRegistration", ["Clients", "Data", "Hosting"] },
        { "EndSession", ["Clients", "Sessions", "Issuing", "Keys", "Data", "Hosting"] },
        { "Pages", ["Authorize", "Device", "Accounts", "External", "Sessions", "Clients", "Compat", "Pictures", "Languages", "Data", "Hosting"] },
        { "Pictures", ["Data"] },
        { "External", ["Accounts", "Sessions", "Data", "Hosting"] },
        { "Sessions", ["Data", "Hosting"] },
        { "Proofs", ["Keys", "Data", "Hosting"] },
        { "Compat", ["Token", "Clients", "Accounts", "Issuing", "Keys", "Data", "Hosting"] },
        { "Import", ["Accounts", "Compat", "Data", "Hosting"] },
        { "Replay", ["Hosting"] },
        { "Issuing", ["Accounts", "Keys", "Data", "Hosting"] },
        { "Accounts", ["Mail", "Languages", "Sessions", "Keys", "Data", "Hosting"] },
        { "Clients", ["Proofs", "Data", "Hosting"] },
        { "Mail", ["Keys", "Languages", "Data", "Hosting"] },
        { "Keys", ["Data", "Hosting"] },
        { "Jobs", Everything },
        { "Commands", Everything },
        { "Languages", [] },
        { "Data", [] },
        { "Hosting", [] },
    };

    [Theory, MemberData(nameof(Doors))]
    public void A_room_opens_only_its_own_doors(string room, string[] doors)
    {
        var strays =
            from file in Repository.Sources("Identity.Server", room)
            from Match use in Rooms().Matches(File.ReadAllText(file))
            let to = use.Groups["room"].Value
            where Everything.Contains(to, StringComparer.Ordinal) && to != room && !doors.Contains(to, StringComparer.Ordinal)
            select $"{Path.GetFileName(file)} -> {to}";
        Assert.Empty(strays);
    }

    [Fact]
    public void Every_room_is_on_the_map() => Assert.Equal(
        Directory.EnumerateDirectories(Repository.Server).Select(path => Path.GetFileName(path)!).Except(["bin", "obj", "Properties"], StringComparer.Ordinal).Order(StringComparer.Ordinal),
        Doors.Select(row => row.Data.Item1).Order(StringComparer.Ordinal));

    /// <summary>The compatibility room may run the pipeline and nothing else of the token room.</summary>
    [Fact]
    public void The_legacy_door_opens_on_the_token_exchange_alone()
    {
        var grants = Repository.Sources("Identity.Server", "Token").Select(path => Path.GetFileNameWithoutExtension(path)).Where(name => name != "TokenExchange");
        var used =
            from file in Repository.Sources("Identity.Server", "Compat")
            from grant in grants
            where Regex.IsMatch(File.ReadAllText(file), $@"\b{grant}\b", RegexOptions.None, TimeSpan.FromSeconds(1))
            select $"{Path.GetFileName(file)} -> {grant}";
        Assert.Empty(used);
    }

    /// <summary>Whoever holds an authenticated client need not ask again, so few may make one.</summary>
    [Fact]
    public void Only_the_client_authenticator_makes_an_authenticated_client() => Assert.Equal(
        ["ClientAuthenticator.cs"],
        Repository.Sources("Identity.Server").Where(path => File.ReadAllText(path).Contains("AuthenticatedClient.Proved(", StringComparison.Ordinal)).Select(Path.GetFileName));

    [Fact]
    public void Only_the_password_sign_in_checks_a_password() => Assert.Equal(
        // And the hasher, which says how, and the queue, which says when.
        ["AccountPasswordHasher.cs", "HashQueue.cs", "PasswordSignIn.cs"],
        Repository.Sources("Identity.Server").Where(path => Regex.IsMatch(File.ReadAllText(path), @"VerifyHashedPassword|CheckPassword|place\.VerifyAsync", RegexOptions.None, TimeSpan.FromSeconds(1))).Select(Path.GetFileName).Order(StringComparer.Ordinal));

    /// <summary>What old systems made is read by the hasher, and by the import that brings it.</summary>
    [Fact]
    public void Only_the_hasher_and_the_import_know_foreign_hashes() => Assert.DoesNotContain(
        Repository.Sources("Identity.Server").Where(path => File.ReadAllText(path).Contains("Accounts.ForeignHashes", StringComparison.Ordinal)).Select(path => Path.GetRelativePath(Repository.Server, path)),
        path => path != Path.Combine("Accounts", "AccountPasswordHasher.cs") && !path.StartsWith(Path.Combine("Accounts", "ForeignHashes"), StringComparison.Ordinal) && !path.StartsWith("Import", StringComparison.Ordinal));

    [Fact]
    public void Only_the_mint_signs() => Assert.Equal(
        ["TokenIssuer.cs"],
        Repository.Sources("Identity.Server").Where(path => File.ReadAllText(path).Contains(".Sign(", StringComparison.Ordinal)).Select(Path.GetFileName));

    [GeneratedRegex(@"\bIdentity\.Server\.(?<room>\w+)", RegexOptions.None, 1000)]
    private static partial Regex Rooms();
}
