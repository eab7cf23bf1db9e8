using System.Buffers.Text;
using System.Security.Cryptography;
using Identity.Server.Accounts;
using Identity.Server.Clients;
using Identity.Server.Data;
using Identity.Server.Hosting;

namespace Identity.Server.Compat;

/// <summary>A person's own NLECloud API key, on our pages: made by us, shown once, taken back.</summary>
internal sealed class OwnApiKey(LegacyMembers members, ApiKeys keys, ClientDirectory clients, TimeProvider clock)
{
    /// <summary>Whether the API serves here.</summary>
    public bool Serves => clients.Find(LegacyApis.NleCloud) is not null;

    /// <summary>When the key was set and until when it is good; null for none.</summary>
    public async Task<(DateTimeOffset SetAt, DateTimeOffset ExpiresAt)?> FindAsync(Account account, CancellationToken cancellationToken) =>
        await keys.FindAsync(account.Id, cancellationToken) is { } key ? (key.SetAt, key.ExpiresAt) : null;

    /// <summary>A new key in place of the one that the person saw, or of none.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="lifetime">How long it is good.</param>
    /// <param name="replaces">When the key was set that the person saw, in Unix milliseconds; 0 for none.</param>
    /// <param name="caller">From where.</param>
    /// <param name="cancellationToken">The request's.</param>
    /// <returns>The key; null when another one is there meanwhile, as when the same form is sent twice.</returns>
    public async Task<string?> MakeAsync(Account account, TimeSpan lifetime, long replaces, Caller caller, CancellationToken cancellationToken)
    {
        var text = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var number = await members.NumberAsync(LegacyApis.NleCloud, account, cancellationToken);
        return await keys.SetAsync(account, new ApiKey(text, clock.GetUtcNow() + lifetime, number, caller.Address), account, cancellationToken, replaces) ? text : null;
    }

    public Task ClearAsync(Account account, Caller caller, CancellationToken cancellationToken) => keys.ClearAsync(account, account, caller.Address, cancellationToken);
}
