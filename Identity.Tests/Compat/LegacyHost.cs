using Identity.Tests.Support;

namespace Identity.Tests.Compat;

/// <summary>Limits so high that a crowd of honest clients at one instant does not meet them.</summary>
public sealed class LegacyHost : IdentityHost
{
    protected override IEnumerable<string> Settings =>
    [
        "--Accounts:Throttle:FailuresPerName=100000",
        "--Accounts:Throttle:FailuresPerNameAndAddress=100000",
        "--Accounts:Throttle:FailuresPerAddress=100000",
        "--Compat:RageFrame:NumbersFrom=1000",
    ];
}
