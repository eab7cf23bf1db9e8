using Identity.Server.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Identity.Tests.Support;

/// <summary>A host behind proxies, so that a test may come from any address; it counts password hashes and SQL.</summary>
public class ProxiedHost : SqlHost
{
    internal CountingHasher Hasher => (CountingHasher)Services.GetRequiredService<IPasswordHasher<Account>>();

    protected override IEnumerable<string> Settings => ["--Hosting:KnownProxies:0=127.0.0.1", "--Hosting:KnownProxies:1=10.0.0.0/8", "--Hosting:KnownProxies:2=fd00::/8"];

    protected override void Configure(WebApplicationBuilder builder)
    {
        base.Configure(builder);
        builder.Services.Replace(ServiceDescriptor.Singleton<IPasswordHasher<Account>, CountingHasher>());
    }
}
