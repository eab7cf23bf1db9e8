using System.Security.Cryptography;

namespace Identity.Server.Accounts.SecondFactors;

/// <summary>Secrets that people copy by hand: small letters and digits that cannot be taken for each other, five bits each, in groups.</summary>
internal static class ReadableSecret
{
    private const string Letters = "abcdefghjkmnpqrstuvwxyz23456789";

    public static string Draw(int length, int group) =>
        string.Join('-', RandomNumberGenerator.GetString(Letters, length).Chunk(group).Select(part => new string(part)));

    /// <summary>As it was drawn, less what people add or leave out: case, spaces, hyphens. Null for what cannot be one.</summary>
    public static string? Read(string? typed, int length)
    {
        if (typed is not { Length: <= 64 })
        {
            return null;
        }

        var text = string.Concat(typed.Where(c => c is not ('-' or ' '))).ToLowerInvariant();
        return text.Length == length && text.All(Letters.Contains) ? text : null;
    }
}
