using Identity.Server.Accounts;
using Identity.Server.Clients;
using Identity.Server.Hosting;
using Microsoft.AspNetCore.Mvc;

namespace Identity.Server.Pages;

/// <summary>What may use the account, by consent or because it holds a refresh token, and how to take it back.</summary>
public sealed class ApplicationsModel(IServiceProvider services) : AccountPage
{
    private const string Address = "/account/applications";

    public IReadOnlyList<ConnectedApplication> Given { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        var (clients, scopes) = (services.GetRequiredService<ClientDirectory>(), services.GetRequiredService<ScopeDirectory>());
        Given =
        [
            .. (await services.GetRequiredService<Consents>().ConnectionsAsync(Account.Id, cancellationToken)).Select(one =>
            {
                var client = clients.Find(one.ClientId)?.Metadata;
                return new ConnectedApplication(one.ClientId, client?.ClientName ?? one.ClientId, client?.LogoUri, ScopeWords.Of(one.Scopes, one.Claims, scopes), one.Since, one.UsedAt);
            }),
        ];
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string? clientId, CancellationToken cancellationToken)
    {
        if (clientId is not { Length: > 0 and <= 512 })
        {
            return Go(Address);
        }

        await services.GetRequiredService<Consents>().WithdrawAsync(Account, clientId, cancellationToken);
        return Done(Address, Words["Access was taken back."]);
    }

    private protected override Task<IActionResult> ShowAgainAsync(IDictionary<string, object?> sent, CancellationToken cancellationToken) => OnGetAsync(cancellationToken);
}

/// <param name="ClientId">Which.</param>
/// <param name="Name">As people know it.</param>
/// <param name="LogoUri">Where it registered one.</param>
/// <param name="May">What it may, in words.</param>
/// <param name="Since">The first time.</param>
/// <param name="UsedAt">When it last came by itself; null when it cannot.</param>
public sealed record ConnectedApplication(string ClientId, string Name, string? LogoUri, IReadOnlyList<string> May, DateTimeOffset Since, DateTimeOffset? UsedAt);
