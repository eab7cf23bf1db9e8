using Identity.OpenId.Errors;
using Identity.Server.Languages;

namespace Identity.Server.Pages;

/// <summary>Why a passkey did not sign anybody in, in a person's words. Whether an account is locked, or there is none, is not said.</summary>
internal static class PasskeyProblem
{
    public static string SentenceOf(RefusalReason reason) => reason switch
    {
        RefusalReason.DeadChallenge => Words.Current["This page was open for too long, or its form was sent before. Please try again."],
        RefusalReason.Locked or RefusalReason.Throttled => Words.Current["There were too many failed attempts. Please try again in a few minutes."],
        _ => Words.Current["This passkey was not accepted. Please sign in another way."],
    };
}
