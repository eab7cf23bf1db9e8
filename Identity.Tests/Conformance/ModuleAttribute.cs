using Xunit.v3;

namespace Identity.Tests.Conformance;

/// <summary>The module of the OpenID conformance suite whose checks the test makes. docs/conformance.md has a row for each, and a test holds the two together.</summary>
/// <param name="name">As the suite calls it; also a trait, so that one module can be run by its name.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class ModuleAttribute(string name) : Attribute, ITraitAttribute
{
    public string Name => name;

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [KeyValuePair.Create("module", name)];
}

/// <summary>The certification plan whose modules the class has.</summary>
/// <param name="name">As the suite calls the profile.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class PlanAttribute(string name) : Attribute
{
    public string Name => name;
}
