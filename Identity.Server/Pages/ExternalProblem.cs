using Identity.OpenId.Errors;
using Identity.Server.Languages;

namespace Identity.Server.Pages;

/// <summary>What went wrong with a provider, as a word for an address and a sentence for a person. Nobody can put a sentence of his own there.</summary>
internal static class ExternalProblem
{
    /// <summary>A link that cannot be taken away.</summary>
    public const string LastOne = "last";

    private static readonly (RefusalReason Reason, string Code, string Sentence)[] Table =
    [
        (RefusalReason.ProviderUnavailable, "busy", Words.Key("The other site does not answer at the moment. Please try again in a few minutes, or sign in another way.")),
        (RefusalReason.SnapshotUser, "snapshot", Words.Key("WeChat shows this page as a preview only. Please open it in full and try again.")),
        (RefusalReason.NotLinked, "unlinked", Words.Key("No account here is linked to that one. Please sign in another way first and link it under Linked accounts.")),
        (RefusalReason.IdentityConflict, "conflict", Words.Key("That account belongs to more than one account here. Please sign in to each of them another way, and remove it under Linked accounts from the one that is to go without.")),
        (RefusalReason.Disabled, "refused", Words.Key("This account cannot be signed in to that way.")),
        (RefusalReason.ForeignToken, "foreign", Words.Key("The other site answered for another application. Please try again.")),
        (RefusalReason.ProviderRefused, "over", Words.Key("The sign-in was not completed. Please try again.")),
    ];

    public static string CodeOf(OAuthError refusal) => Array.Find(Table, row => row.Reason == refusal.Reason).Code ?? "over";

    /// <summary>In English, for <see cref="Words"/> to look up.</summary>
    public static string? SentenceOf(string? code) => code is LastOne ? Words.Key("This is the last way to sign in to your account. Please set a password or link another one first.") : Array.Find(Table, row => string.Equals(row.Code, code, StringComparison.Ordinal)).Sentence;
}
