using System.Collections.Frozen;
using Identity.OpenId.Errors;

namespace Identity.Compat.RageFrame;

/// <summary>The groups of clients; a member has one session in each.</summary>
internal sealed class SessionGroups
{
    private static readonly string[] Documented = ["app", "wechat", "miniProgram"];

    private readonly FrozenSet<string> names;

    private SessionGroups(FrozenSet<string> names) => this.names = names;

    /// <summary>The refusal of a group that is not one of them, for after the password was proved.</summary>
    public static OAuthError Unknown { get; } = OAuthError.InvalidGrant("The session group is not known.", RefusalReason.UnknownGroup);

    public static SessionGroups Of(RageFrameOptions options) =>
        new(Documented.Concat(options.MoreGroups).ToFrozenSet(StringComparer.Ordinal));

    /// <summary>The session that tokens of a group belong to; null when there is no such group.</summary>
    public string? KeyOf(string group) => names.Contains(group) ? $"{LegacyApi.RageFrame.Name}:{group}" : null;
}
