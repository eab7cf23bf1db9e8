using Identity.OpenId.Errors;

namespace Identity.Server.External;

/// <summary>Why an external sign-in did not happen. Fixed sentences: what the provider wrote is shown to nobody.</summary>
internal static class ExternalRefusals
{
    public static OAuthError ProofRefused { get; } = OAuthError.InvalidGrant("The provider did not accept the code or token; begin the sign-in again.", RefusalReason.ProviderRefused);

    public static OAuthError Unavailable { get; } = new("temporarily_unavailable", "The provider cannot be asked at the moment; try again later.") { Reason = RefusalReason.ProviderUnavailable };

    public static OAuthError Foreign { get; } = OAuthError.InvalidGrant("The code or token does not belong to this app or person.", RefusalReason.ForeignToken);

    public static OAuthError Snapshot { get; } = OAuthError.InvalidGrant("The provider showed a snapshot page; open the page in full and begin again.", RefusalReason.SnapshotUser);

    public static OAuthError NotLinked { get; } = OAuthError.InvalidGrant("No account is linked to this identity; sign in another way and link it first.", RefusalReason.NotLinked);

    public static OAuthError Conflict { get; } = OAuthError.InvalidGrant("The identity points at two accounts; sign in to both another way and remove it from one.", RefusalReason.IdentityConflict);

    public static OAuthError Disabled { get; } = OAuthError.InvalidGrant("The account cannot sign in this way.", RefusalReason.Disabled);
}
