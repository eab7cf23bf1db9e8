using System.Text.Encodings.Web;
using System.Text.Json;
using Identity.Server.Accounts;
using Microsoft.AspNetCore.Mvc;

namespace Identity.Server.Pages;

/// <summary>What is stored about a person, as a file for that person.</summary>
public sealed class DataModel(IServiceProvider services) : ProvedPage
{
    // For people and for programs, in no page.
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public IActionResult OnGet() => Page();

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        var export = await services.GetRequiredService<AccountExport>().ReadAsync(Account, cancellationToken);
        return File(JsonSerializer.SerializeToUtf8Bytes(export, Readable), "application/json", "account.json");
    }

    private protected override Task<IActionResult> ShowAgainAsync(IDictionary<string, object?> sent, CancellationToken cancellationToken) => Task.FromResult<IActionResult>(Page());
}
