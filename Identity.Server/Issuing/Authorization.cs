using Identity.OpenId.Authorize;
using Identity.OpenId.Clients;
using Identity.OpenId.Scopes;
using Identity.OpenId.Tokens;
using Identity.Server.Data;

namespace Identity.Server.Issuing;

/// <summary>Who may act for whom, with which scopes. Every grant ends in one, and tokens are made from nothing else.</summary>
internal sealed record Authorization
{
    public required ClientMetadata Client { get; init; }

    /// <summary>The person; null when the client acts for itself.</summary>
    public Account? Account { get; init; }

    public required ScopeSet Scopes { get; init; }

    /// <summary>When the person proved who they are.</summary>
    public required DateTimeOffset AuthTime { get; init; }

    /// <summary>How, RFC 8176 §2.</summary>
    public IReadOnlyList<string> AuthenticationMethods { get; init; } = [];

    /// <summary>The refresh family that goes on; null when a new one may begin.</summary>
    public ContinuedFamily? Continued { get; init; }

    /// <summary>The code that is used up by the commit that begins what it gives.</summary>
    public string? CodeHash { get; init; }

    /// <summary>The same of a device code.</summary>
    public string? DeviceHash { get; init; }

    /// <summary>The browser session in which it happened.</summary>
    public string? SessionId { get; init; }

    /// <summary>For the id_token.</summary>
    public string? Nonce { get; init; }

    /// <summary>Claims that were asked for by name, OpenID Connect Core §5.5; null for none.</summary>
    public ClaimsRequest? Claims { get; init; }

    /// <summary>RFC 8707: the resources that the access token is for; null for all that the scopes belong to.</summary>
    public IReadOnlyList<string>? Resources { get; init; }

    /// <summary>The resources that were granted, for which tokens may be asked later (RFC 8707 §2.2); null for all that the scopes belong to.</summary>
    public IReadOnlyList<string>? GrantedResources { get; init; }

    /// <summary>False for a proof that the client keeps and can present again: no refresh token comes with it.</summary>
    public bool MayRefresh { get; init; } = true;

    /// <summary>False where the answer has no place for an id_token: a signature that nobody sees would be most of its cost.</summary>
    public bool MayIdentify { get; init; } = true;

    /// <summary>The key that the tokens are bound to, proved (RFC 9449).</summary>
    public string? KeyThumbprint { get; init; }

    /// <summary>A legacy session: a new one with the same key ends the account's earlier one.</summary>
    public string? SessionKey { get; init; }

    /// <summary>Who acts for the account, RFC 8693 §4.1; such a token comes alone.</summary>
    public Actor? Actor { get; init; }

    /// <summary>The refresh family that the token ends with, where it comes from another token and not from a family of its own.</summary>
    public Guid? Within { get; init; }

    /// <summary>In place of the client's own.</summary>
    public TimeSpan? AccessTokenLifetime { get; init; }

    /// <summary>A legacy API's number for the account, as a claim.</summary>
    public (string Name, int Value)? Number { get; init; }
}

/// <param name="Id">The family.</param>
/// <param name="RefreshToken">The successor, to be handed out.</param>
internal sealed record ContinuedFamily(Guid Id, string RefreshToken);
