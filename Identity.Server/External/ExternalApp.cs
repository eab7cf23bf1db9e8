using System.Text;

namespace Identity.Server.External;

/// <summary>What a provider calls its kinds of app. The kind decides which codes there are and what they are exchanged with; it is told, never guessed.</summary>
internal enum ExternalAppKind
{
    /// <summary>No kind was given.</summary>
    None,
    Website,

    /// <summary>WeChat only: 公众号, inside WeChat's own browser.</summary>
    OfficialAccount,
    MobileApp,

    /// <summary>WeChat only.</summary>
    MiniProgram,
}

/// <summary>One of our apps at a provider, as configuration describes it.</summary>
internal sealed record ExternalApp
{
    public const string QQ = "qq";
    public const string WeChat = "wechat";

    /// <summary><see cref="QQ"/> or <see cref="WeChat"/>; also the <c>amr</c> of a sign-in by it.</summary>
    public required string Provider { get; init; }

    /// <summary>Our own name for it, unique over both providers.</summary>
    public required string Name { get; init; }

    public required ExternalAppKind Kind { get; init; }

    /// <summary>The provider's public identifier of the app.</summary>
    public required string AppId { get; init; }

    /// <summary>AppKey at QQ, AppSecret at WeChat.</summary>
    public required string Secret { get; init; }

    /// <summary>The developer account: apps of one share the people's unionid.</summary>
    public required string Developer { get; init; }

    /// <summary>QQ mobile apps only: take the SDK's access token in place of a code.</summary>
    public bool AcceptMobileTokens { get; init; }

    /// <summary>QQ only: ask for the unionid, which takes a permission.</summary>
    public bool ApplyForUnionId { get; init; }

    /// <summary>QQ only: the redirect_uri that belongs to a code whose request names none.</summary>
    public string? RedirectUri { get; init; }

    /// <summary>Their codes travel through a browser's address bar, where they can be taken; only a client that proves itself may bring one.</summary>
    public bool NeedsConfidentialClient => Kind is ExternalAppKind.Website or ExternalAppKind.OfficialAccount;

    // The generated one would print the secret.
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Name = ").Append(Name);
        return true;
    }
}
