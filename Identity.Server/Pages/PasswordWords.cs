using Identity.Server.Accounts;
using Identity.Server.Languages;

namespace Identity.Server.Pages;

/// <summary>Why a new password is not taken, in a person's words; the rules themselves are <see cref="PasswordRule"/>'s.</summary>
internal static class PasswordWords
{
    public static string Of(AccountMistake mistake, int minLength)
    {
        var words = Words.Current;
        return mistake switch
        {
            AccountMistake.Busy => words["Many people are signing in at this moment. Please try again in a few seconds."],
            AccountMistake.CommonPassword => words["This password is one of those that are tried first. Please take another one."],
            _ => words["The password must have {0} to 128 characters.", minLength],
        };
    }
}
