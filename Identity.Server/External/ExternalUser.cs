namespace Identity.Server.External;

/// <summary>Who a provider says somebody is, in one app of ours.</summary>
/// <param name="App">The app whose code or token proved it.</param>
/// <param name="OpenId">The person in this app.</param>
/// <param name="UnionId">The person in all apps of the developer account; null where the provider does not tell.</param>
internal sealed record ExternalUser(ExternalApp App, string OpenId, string? UnionId)
{
    private const int MaxLength = 128;

    /// <summary>Asks for the nickname, for whom an account is to be made; one that cannot be had is null.</summary>
    public Func<CancellationToken, Task<string?>>? NicknameAsync { get; init; }

    /// <summary>Proved by the provider, E.164.</summary>
    public string? PhoneNumber { get; init; }

    /// <summary>An identifier as both providers write them; anything else is no answer of theirs.</summary>
    public static bool IsIdentifier(string? text) => text is { Length: > 0 and <= MaxLength } && text.All(c => c is > ' ' and < '\x7F');

    /// <summary>Nothing of it is for a log.</summary>
    public override string ToString() => nameof(ExternalUser);
}

/// <summary>What a client brings to prove who somebody is: a code or, from QQ's mobile SDK, an access token.</summary>
internal sealed record ExternalProof
{
    public string? Code { get; init; }

    public string? AccessToken { get; init; }

    /// <summary>QQ only.</summary>
    public string? RedirectUri { get; init; }

    /// <summary>A mini program's second code.</summary>
    public string? PhoneCode { get; init; }

    /// <summary>It is all secret.</summary>
    public override string ToString() => nameof(ExternalProof);
}
