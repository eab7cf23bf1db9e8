using Identity.Server.Data;

namespace Identity.Server.Pages;

/// <summary>What a person is called on their own pages: by the name they chose, else by what they sign in with.</summary>
internal static class PersonName
{
    public static string Of(Account account) => account.Nickname ?? account.Name ?? account.UserName ?? account.Email ?? account.PhoneNumber ?? account.Subject;
}
