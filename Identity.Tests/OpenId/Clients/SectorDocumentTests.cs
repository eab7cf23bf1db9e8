using Identity.OpenId.Clients;

namespace Identity.Tests.OpenId.Clients;

/// <summary>OpenID Connect Registration §5.</summary>
public sealed class SectorDocumentTests
{
    private static readonly ClientMetadata Client = new() { SubjectType = "pairwise", SectorIdentifierUri = "https://party.example/sector", RedirectUris = ["https://a.example/cb", "https://b.example/cb"] };

    [Theory]
    [InlineData("""["https://a.example/cb","https://b.example/cb","https://c.example/cb"]""", null)]
    [InlineData("""["https://a.example/cb"]""", "sector_identifier_uri does not list every redirect URI of the client.")]
    [InlineData("""["https://a.example/cb","https://b.example/CB"]""", "sector_identifier_uri does not list every redirect URI of the client.")]
    [InlineData("""["https://a.example/cb","https://b.example/cb",7]""", "sector_identifier_uri must lead to a JSON array of redirect URIs.")]
    [InlineData("""{"redirect_uris":["https://a.example/cb","https://b.example/cb"]}""", "sector_identifier_uri must lead to a JSON array of redirect URIs.")]
    [InlineData("""["\ud800"]""", "sector_identifier_uri must lead to a JSON array of redirect URIs.")]
    [InlineData("<html>", "sector_identifier_uri must lead to a JSON array of redirect URIs.")]
    [InlineData("", "sector_identifier_uri must lead to a JSON array of redirect URIs.")]
    [InlineData(null, "sector_identifier_uri cannot be fetched.")]
    public void Every_redirect_URI_is_in_the_array(string? document, string? mistake) => Assert.Equal(mistake, SectorDocument.Mistake(document, Client));
}
