using Identity.Server.Data;
using Identity.Server.Pictures;

namespace Identity.Server.Pages;

/// <summary>Where a page finds its person's picture.</summary>
internal static class AccountPicture
{
    /// <summary>On this origin where it is ours; one that lies elsewhere only over https, which is what our policy lets load. Null for none.</summary>
    public static async Task<string?> AddressAsync(AccountPictures pictures, Account account, HttpRequest request, CancellationToken cancellationToken) =>
        account.Picture is not { } picture ? null
        : await pictures.NameOfAsync(account.Id, cancellationToken) is { } name ? $"{request.PathBase}{AccountPictures.Path}/{name}"
        : picture.StartsWith("https://", StringComparison.Ordinal) ? picture : null;
}
