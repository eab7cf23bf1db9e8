using System.Text.Json;

namespace Identity.Tests.Support;

/// <summary>A server whose name outside is https, as behind a proxy that ends TLS; what it says about itself carries that name.</summary>
public sealed class HttpsHost : SuiteHost
{
    public const string Name = "https://id.example";

    protected override IEnumerable<string> Settings => [$"--Issuer={Name}"];

    /// <summary>Every member that is an address, whichever standard defines it.</summary>
    public static void AllAddressesAreHttps(JsonElement metadata)
    {
        var addresses = metadata.EnumerateObject().Where(member => member.Name.EndsWith("_endpoint", StringComparison.Ordinal) || member.Name.EndsWith("_uri", StringComparison.Ordinal) || member.NameEquals("issuer")).ToList();
        Assert.NotEmpty(addresses);
        Assert.All(addresses, address =>
        {
            Assert.True(Uri.TryCreate(address.Value.GetString(), UriKind.Absolute, out var uri) && uri.Scheme is "https" && uri.Fragment.Length == 0, address.Name);
            Assert.StartsWith(Name, uri.AbsoluteUri, StringComparison.Ordinal);
        });
    }
}
