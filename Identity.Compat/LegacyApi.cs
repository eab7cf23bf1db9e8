using CloudMindErrors = Identity.Compat.CloudMind.Errors;
using NleCloudErrors = Identity.Compat.NleCloud.Errors;
using RageFrameErrors = Identity.Compat.RageFrame.Errors;

namespace Identity.Compat;

/// <summary>How an old API differs from the others before any of its routes is looked at.</summary>
/// <param name="Name">Also the identifier of the API's first-party client.</param>
/// <param name="Root">Every path of the API begins so, after the prefix.</param>
/// <param name="Errors">Its table of failures.</param>
internal sealed record LegacyApi(string Name, string Root, LegacyErrors Errors)
{
    /// <summary>Prefixes that hold when none is configured.</summary>
    public IReadOnlyList<string> Prefixes { get; private init; } = [""];

    /// <summary>The claim of its access tokens that carries the API's number for the account.</summary>
    public required string NumberClaim { get; init; }

    /// <summary>How names of body fields are compared.</summary>
    public StringComparer FieldNames { get; private init; } = StringComparer.Ordinal;

    /// <summary>Whether bodies may be form data beside JSON.</summary>
    public bool TakesForms { get; private init; }

    /// <summary>Whether scripts of any web site may call it.</summary>
    public bool OpenToScripts { get; private init; }

    public static LegacyApi CloudMind { get; } = new("cloudmind", "/usercenter/v1", CloudMindErrors.Table) { NumberClaim = "jwtUserId" };

    public static LegacyApi NleCloud { get; } = new("nlecloud", "/Users", NleCloudErrors.Table)
    {
        NumberClaim = "UserID",
        FieldNames = StringComparer.OrdinalIgnoreCase,
        TakesForms = true,
    };

    public static LegacyApi RageFrame { get; } = new("rageframe", "/v1/site", RageFrameErrors.Table)
    {
        NumberClaim = "member_id",
        Prefixes = ["", "/api"],
        TakesForms = true,
        OpenToScripts = true,
    };

    /// <exception cref="ArgumentException">It is none of them.</exception>
    public static LegacyApi Of(string name) => Array.Find([CloudMind, NleCloud, RageFrame], api => string.Equals(api.Name, name, StringComparison.Ordinal))
        ?? throw new ArgumentException("It is none of the legacy APIs: cloudmind, nlecloud, rageframe.", nameof(name));

    /// <summary>The prefixes to serve under, each empty or beginning with a slash and ending without one.</summary>
    public IEnumerable<string> PrefixesOf(LegacyApiOptions options) =>
        (options.Prefixes.Count > 0 ? options.Prefixes.AsEnumerable() : Prefixes)
            .Select(prefix => prefix.Trim('/'))
            .Select(prefix => prefix.Length == 0 ? "" : "/" + prefix)
            .Distinct(StringComparer.OrdinalIgnoreCase);
}
