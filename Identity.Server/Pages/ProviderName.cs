using Identity.Server.External;
using Identity.Server.Languages;

namespace Identity.Server.Pages;

/// <summary>What a provider is called in the language of the page.</summary>
internal static class ProviderName
{
    /// <param name="provider">As <see cref="ExternalDoor.Label"/> has it.</param>
    public static string Of(string provider) => provider is "QQ" ? Words.Current["QQ"] : Words.Current["WeChat"];
}
