using System.Text.Json;
using Identity.OpenId.Errors;
using Identity.OpenId.Token;
using Microsoft.AspNetCore.Http;

namespace Identity.Compat;

/// <summary>Turns a legacy sign-in or refresh into a token request of the API's own first-party client. The server fulfils it with the same pipeline as the token endpoint.</summary>
public interface ITokenExchange
{
    Task<Result<LegacySession>> ExchangeAsync(LegacyExchange exchange, HttpContext http, CancellationToken cancellationToken);
}

/// <param name="Api">The API's name and its client's identifier: <c>cloudmind</c>, <c>nlecloud</c>, <c>rageframe</c>.</param>
/// <param name="Request">The token request that the old one means.</param>
public sealed record LegacyExchange(string Api, TokenRequest Request)
{
    /// <summary>In place of the client's own access token lifetime.</summary>
    public TimeSpan? AccessTokenLifetime { get; init; }

    /// <summary>A claim of the access token that carries the API's number for the account.</summary>
    public string? NumberClaim { get; init; }

    /// <summary>A refusal that the API shows only to a caller who proved the password: it is answered after the proof and before anything is issued.</summary>
    public OAuthError? RefuseOnceProved { get; init; }
}

/// <param name="Tokens">What the pipeline issued.</param>
/// <param name="IssuedAt">The instant of issue.</param>
/// <param name="Member">The account, as this API knows it, after this visit was counted.</param>
public sealed record LegacySession(TokenResponse Tokens, DateTimeOffset IssuedAt, LegacyMember Member);

/// <summary>An account in the words of OpenID Connect Core §5.1, and what one legacy API keeps of it beside them.</summary>
public sealed record LegacyMember
{
    /// <summary>The number that this API gave the account.</summary>
    public required int Number { get; init; }

    public string? UserName { get; init; }

    public string? Name { get; init; }

    public string? Nickname { get; init; }

    public string? Email { get; init; }

    public string? PhoneNumber { get; init; }

    public string? Picture { get; init; }

    /// <summary><c>male</c>, <c>female</c> or another text.</summary>
    public string? Gender { get; init; }

    /// <summary>ISO 8601 date.</summary>
    public string? Birthdate { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Sign-ins and refreshes through this API, this one counted.</summary>
    public int VisitCount { get; init; }

    public DateTimeOffset LastVisitAt { get; init; }

    public string? LastAddress { get; init; }

    /// <summary>Fields of this API that OpenID Connect has no claim for, under the API's own names; a JSON object, or undefined when there are none.</summary>
    public JsonElement Profile { get; init; }
}

/// <summary>What the token pipeline cannot express: codes by mail and new accounts.</summary>
public interface IAccountDesk
{
    /// <summary>Whether the text is a mailbox that codes can be sent to.</summary>
    bool IsMailbox(string text);

    /// <summary>Sends a registration code if the limits allow it. The caller learns nothing either way.</summary>
    Task SendRegistrationCodeAsync(string mailbox, HttpContext http, CancellationToken cancellationToken);

    /// <summary>Makes an account for whoever read the code in the mailbox.</summary>
    Task<RegistrationOutcome> RegisterAsync(Registration registration, HttpContext http, CancellationToken cancellationToken);

    /// <summary>
    /// Whether a caller from this address may still be told that an account does not exist. Each call is counted,
    /// 20 an hour; after that the answer is no.
    /// </summary>
    Task<bool> MayTellUnknownAsync(HttpContext http, CancellationToken cancellationToken);
}

/// <param name="Email">The mailbox that the code was sent to.</param>
/// <param name="Password">In clear; never logged.</param>
/// <param name="Nickname">Shown to people.</param>
/// <param name="Code">Six digits.</param>
public sealed record Registration(string Email, string Password, string Nickname, string Code)
{
    /// <summary>Nothing of it is for a log.</summary>
    public override string ToString() => nameof(Registration);
}

public enum RegistrationOutcome
{
    Registered,

    /// <summary>The code is wrong, expired, used or tried too often.</summary>
    WrongCode,

    /// <summary>An account has this mailbox. Told only to someone who read the code in it.</summary>
    EmailTaken,

    /// <summary>The password does not meet the policy.</summary>
    WeakPassword,

    /// <summary>The nickname is empty, too long or has control characters.</summary>
    BadNickname,

    /// <summary>Too many attempts.</summary>
    Throttled,

    /// <summary>The server hashes as many passwords as it can; the code is still good.</summary>
    Busy,
}

/// <summary>API keys, which an account shows and sets with an access token of the API, not with a password.</summary>
public interface IApiKeys
{
    /// <summary>Longest key that is kept, in UTF-16 units.</summary>
    int MaxLength { get; }

    /// <summary>Who presents the token; null when it is not a living token of the API's own client.</summary>
    Task<ApiKeyCaller?> WhoAsync(string api, string? accessToken, HttpContext http, CancellationToken cancellationToken);

    /// <summary>Shows a key: to its owner, and masked to an administrator.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="number">Whose key, by the API's number.</param>
    /// <param name="cancellationToken">The request's.</param>
    Task<(ApiKeyOutcome Outcome, StoredApiKey? Key)> ReadAsync(ApiKeyCaller caller, int number, CancellationToken cancellationToken);

    /// <summary>Sets a key, the owner's own or (as administrator) anybody's.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="number">Whose key; null for the caller's own.</param>
    /// <param name="key">The key; null takes it away.</param>
    /// <param name="expiresAt">Of no meaning without a key.</param>
    /// <param name="cancellationToken">The request's.</param>
    Task<ApiKeyOutcome> WriteAsync(ApiKeyCaller caller, int? number, string? key, DateTimeOffset expiresAt, CancellationToken cancellationToken);
}

/// <param name="Api">Where the token belongs.</param>
/// <param name="AccountId">The server's own name for the account.</param>
/// <param name="Number">The API's number for it.</param>
/// <param name="Address">Where the request came from.</param>
public sealed record ApiKeyCaller(string Api, int AccountId, int Number, string Address);

/// <param name="Key">In clear or masked; null for an account that has none.</param>
/// <param name="ExpiresAt">Null without a key.</param>
/// <param name="SetByNumber">The number of whoever set it; 0 without a key.</param>
/// <param name="SetFrom">Their address.</param>
public sealed record StoredApiKey(string? Key, DateTimeOffset? ExpiresAt, int SetByNumber, string? SetFrom)
{
    /// <summary>Nothing of it is for a log.</summary>
    public override string ToString() => nameof(StoredApiKey);
}

public enum ApiKeyOutcome
{
    Done,

    /// <summary>Another account's, and the caller is no administrator. Whether there is such an account is not told.</summary>
    NotYours,

    /// <summary>No account has the number; told to administrators only.</summary>
    UnknownUser,
}
