using Identity.Compat;
using Identity.OpenId.Token;

namespace Identity.Tests.Architecture;

public sealed class DependencyRuleTests
{
    [Theory]
    [InlineData(typeof(TokenRequest), "Microsoft.AspNetCore", "Microsoft.EntityFrameworkCore", "Microsoft.Extensions.DependencyInjection", "Microsoft.Extensions.Logging", "Microsoft.Extensions.Configuration", "Microsoft.Extensions.Hosting", "identity", "Identity.Compat")]
    [InlineData(typeof(CompatOptions), "Microsoft.EntityFrameworkCore", "identity")]
    public void An_assembly_knows_only_what_its_place_allows(Type inhabitant, params string[] forbidden)
    {
        var known = inhabitant.Assembly.GetReferencedAssemblies().Select(name => name.Name!);
        Assert.DoesNotContain(known, name => forbidden.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)));
    }

    /// <summary>The protocol takes time and randomness as parameters; BannedSymbols keeps the clock out, this keeps the generator out.</summary>
    [Fact]
    public void The_protocol_makes_no_randomness_of_its_own() => Assert.DoesNotContain(
        Support.Repository.Sources("Identity.OpenId"),
        path => File.ReadAllText(path).Contains("RandomNumberGenerator", StringComparison.Ordinal));

    /// <summary>The skins translate and read no tokens; only what a resource API references does.</summary>
    [Fact]
    public void Only_the_handler_of_the_legacy_APIs_knows_the_token_library() => Assert.All(
        Support.Repository.Sources("Identity.Compat").Where(path => File.ReadAllText(path).Contains("Microsoft.IdentityModel", StringComparison.Ordinal)),
        path => Assert.Equal("LegacyTokens", Path.GetFileName(Path.GetDirectoryName(path))));
}
