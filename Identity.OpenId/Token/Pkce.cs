using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Identity.OpenId.Errors;
using Identity.OpenId.Tokens;

namespace Identity.OpenId.Token;

/// <summary>Proof Key for Code Exchange, RFC 7636; S256 only, for "plain" proves nothing to whoever saw the request.</summary>
public static class Pkce
{
    /// <summary>§4.6: the verifier must hash to the challenge that came with the request.</summary>
    /// <returns>The refusal, or null when the proof holds.</returns>
    public static OAuthError? Check(string? challenge, string? verifier) => (challenge, verifier) switch
    {
        (null, null) => null,
        // RFC 9700 §4.8.2: a verifier without a challenge is a downgrade; somebody cut the challenge out of the request.
        (null, _) => OAuthError.InvalidGrant("code_verifier was sent, but no code_challenge began this flow."),
        (_, null) => OAuthError.InvalidGrant("code_verifier is missing."),
        _ when !IsWellFormed(verifier) => OAuthError.InvalidGrant("code_verifier is malformed."),
        _ when !Matches(challenge, verifier) => OAuthError.InvalidGrant("code_verifier does not match."),
        _ => null,
    };

    /// <summary>§4.2.</summary>
    public static string Challenge(string verifier) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));

    /// <summary>Whether a text can be the S256 challenge of anything.</summary>
    public static bool IsChallenge(string text) => Handle.IsWellFormed(text);

    private static bool Matches(string challenge, string verifier) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(challenge), Encoding.ASCII.GetBytes(Challenge(verifier)));

    // §4.1: 43 to 128 unreserved characters.
    private static bool IsWellFormed(string verifier) =>
        verifier.Length is >= 43 and <= 128 && verifier.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~');
}
