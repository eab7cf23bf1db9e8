using Identity.OpenId.Tokens;

namespace Identity.Server.Clients;

/// <summary>Section <c>Registration</c>: clients that register themselves, RFC 7591.</summary>
internal sealed class RegistrationOptions
{
    /// <summary>base64url of the SHA-256 of each initial access token; none (default) means that nobody may register.</summary>
    public IReadOnlyList<string> InitialAccessTokenHashes { get; set; } = [];

    public IEnumerable<string> Mistakes() =>
        InitialAccessTokenHashes.All(Handle.IsWellFormed) ? [] : ["InitialAccessTokenHashes must each be the base64url of a SHA-256, 43 characters."];
}
