using System.Text;
using Identity.OpenId.Errors;
using Identity.OpenId.Parameters;
using Identity.OpenId.Tokens;

namespace Identity.OpenId.Token;

/// <summary>What a token exchange adds to a token request, RFC 8693 §2.1.</summary>
/// <param name="SubjectToken">Of the person who is acted for.</param>
/// <param name="SubjectTokenType">What kind of token it is.</param>
/// <param name="ActorToken">Of the one who acts, where that is not the client itself.</param>
/// <param name="ActorTokenType">What kind of token that is.</param>
/// <param name="RequestedTokenType">What is wanted.</param>
/// <param name="Audiences">Resources by their names, beside <c>resource</c>.</param>
public sealed record ExchangeRequest(string SubjectToken, string SubjectTokenType, string? ActorToken, string? ActorTokenType, string? RequestedTokenType, IReadOnlyList<string> Audiences)
{
    /// <summary>The one kind of token that is taken and given, §3.</summary>
    public const string AccessTokenType = "urn:ietf:params:oauth:token-type:access_token";

    /// <summary>§2.1 and §2.2.2: what cannot be answered, whatever the tokens say; null when it can.</summary>
    public OAuthError? Mistake() => this switch
    {
        { SubjectTokenType: not AccessTokenType } => OAuthError.InvalidRequest($"subject_token_type must be {AccessTokenType}."),
        { RequestedTokenType: not (null or AccessTokenType) } => OAuthError.InvalidRequest($"requested_token_type must be {AccessTokenType}, or absent."),
        { ActorToken: null, ActorTokenType: not null } => OAuthError.InvalidRequest("actor_token_type was sent without actor_token."),
        { ActorToken: not null, ActorTokenType: not AccessTokenType } => OAuthError.InvalidRequest($"actor_token_type must be {AccessTokenType}."),
        _ => null,
    };

    internal static ExchangeRequest Read(ParameterReader reader) => new(
        reader.Required("subject_token", TokenReader.MaxLength),
        reader.Required("subject_token_type", 128),
        reader.Optional("actor_token", TokenReader.MaxLength),
        reader.Optional("actor_token_type", 128),
        reader.Optional("requested_token_type", 128),
        reader.Many("audience", 512, 8));

    // The generated one would print the tokens.
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("SubjectTokenType = ").Append(SubjectTokenType);
        return true;
    }
}
