namespace Identity.Compat;

/// <summary>The legacy APIs that this server stands in for; configuration section <c>Compat</c>.</summary>
public sealed class CompatOptions
{
    public CloudMindOptions CloudMind { get; set; } = new();

    public NleCloudOptions NleCloud { get; set; } = new();

    public RageFrameOptions RageFrame { get; set; } = new();

    /// <summary>Of one API, by its name.</summary>
    public LegacyApiOptions Of(string api) =>
        string.Equals(api, LegacyApi.CloudMind.Name, StringComparison.Ordinal) ? CloudMind
        : string.Equals(api, LegacyApi.NleCloud.Name, StringComparison.Ordinal) ? NleCloud
        : string.Equals(api, LegacyApi.RageFrame.Name, StringComparison.Ordinal) ? RageFrame
        : throw new ArgumentOutOfRangeException(nameof(api));
}

/// <summary>What every legacy API can be told.</summary>
public abstract class LegacyApiOptions
{
    /// <summary>Whether the API serves. Default: true in Development, false elsewhere. A route that does not serve answers so in its own envelope.</summary>
    public bool? Enabled { get; set; }

    /// <summary>Path prefixes under which the API's routes are served. An empty text is the root; when none is configured, the API's own default holds.</summary>
    public IList<string> Prefixes { get; } = [];

    /// <summary>
    /// Routes that serve no more and answer so in the API's own envelope: a path as it is served, prefix included, alone
    /// (<c>/usercenter/v1/login/QqLogin</c>) or after a method (<c>GET /Users/ApiKey</c>).
    /// </summary>
    public IList<string> RetiredRoutes { get; } = [];

    /// <summary>The first number for accounts that this server numbers itself; keep it above those of a later import. Default 1.</summary>
    public int NumbersFrom { get; set; } = 1;

    /// <summary>
    /// True lets a password alone sign in to accounts with two-step verification, whose people chose otherwise: for clients that cannot
    /// be given an app password. Default false: such a sign-in is answered like a wrong password.
    /// </summary>
    public bool AllowPasswordOnly { get; set; }
}

/// <summary>How CloudMind writes <c>accessExpire</c> and <c>refreshAfter</c>.</summary>
public enum ExpiryFormat
{
    /// <summary>Unix seconds, as the real service does.</summary>
    Absolute,

    /// <summary>Seconds from now.</summary>
    Duration,
}

/// <summary>Section <c>Compat:CloudMind</c>.</summary>
public sealed class CloudMindOptions : LegacyApiOptions
{
    /// <summary>True answers 202 for an unknown account too, where the document says 201. Default false.</summary>
    public bool HideAccountExistence { get; set; }

    /// <summary><c>Absolute</c> (default) or <c>Duration</c>.</summary>
    public ExpiryFormat ExpiryFormat { get; set; }

    /// <summary>Names of the apps of <c>External</c> whose codes QqLogin and WxLogin take. Default: all. A request that names no app means the only one of its provider.</summary>
    public IList<string> ExternalApps { get; } = [];
}

/// <summary>Section <c>Compat:NleCloud</c>.</summary>
public sealed class NleCloudOptions : LegacyApiOptions
{
    /// <summary>Life of the access token of a login with <c>IsRememberMe</c>. Default 30 days.</summary>
    public TimeSpan RememberMeLifetime { get; set; } = TimeSpan.FromDays(30);

    /// <summary>True accepts the token of later calls as <c>?AccessToken=</c> too. Default false: addresses are logged on their way.</summary>
    public bool AccessTokenInQuery { get; set; }
}

/// <summary>Section <c>Compat:RageFrame</c>.</summary>
public sealed class RageFrameOptions : LegacyApiOptions
{
    /// <summary>Session groups beside the document's own three (<c>app</c>, <c>wechat</c>, <c>miniProgram</c>).</summary>
    public IList<string> MoreGroups { get; } = [];

    /// <summary>False refuses the token of later calls as <c>?access-token=</c>. Default true: the oldest clients know no other way.</summary>
    public bool AccessTokenInQuery { get; set; } = true;
}
