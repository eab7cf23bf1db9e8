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
}
