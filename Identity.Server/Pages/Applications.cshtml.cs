using Identity.Server.Accounts;
using Identity.Server.Clients;
using Identity.Server.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Identity.Server.Pages;

/// <summary>What a person allowed which application, and how to take it back.</summary>
public sealed class ApplicationsModel(IServiceProvider services) : FormPage
{
    public IReadOnlyList<(string ClientId, string Name, IReadOnlyList<string> May)> Given { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        if (await services.GetRequiredService<BrowserSessions>().CurrentAsync(HttpContext, cancellationToken) is not { } session)
        {
            return Redirect("~/sign-in");
        }

        var clients = services.GetRequiredService<ClientDirectory>();
        var rows = await services.GetRequiredService<Consents>().OfAsync(session.AccountId, cancellationToken);
        var scopes = services.GetRequiredService<ScopeDirectory>();
        Given = [.. rows.Select(row => (row.ClientId, clients.Find(row.ClientId)?.Metadata.ClientName ?? row.ClientId, ScopeWords.Of(row.Scope.Split(' '), row.Claims.Split(' ', StringSplitOptions.RemoveEmptyEntries), scopes)))];
        return Page();
    }

    private protected override Task<IActionResult> ShowAgainAsync(IDictionary<string, object?> sent, CancellationToken cancellationToken) => OnGetAsync(cancellationToken);

    public async Task<IActionResult> OnPostAsync(string? clientId, CancellationToken cancellationToken)
    {
        if (clientId is not null && await services.GetRequiredService<BrowserSessions>().CurrentAsync(HttpContext, cancellationToken) is { } session)
        {
            await services.GetRequiredService<Consents>().WithdrawAsync(session.Account!, clientId, cancellationToken);
        }

        return Redirect("~/account/applications");
    }
}
