using Identity.OpenId.Device;
using Identity.OpenId.Errors;
using Identity.Server.Accounts;
using Identity.Server.Hosting;
using Identity.Server.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Identity.Server.Pages;

/// <summary>The sign-in page; what was typed, the password excepted, is never lost.</summary>
public sealed class SignInModel(IServiceProvider services) : WaitingPage
{
    /// <summary>Set when a device waits behind the sign-in: its code, or anything else for none yet.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Device { get; set; }

    public string? Username { get; private set; }

    public bool Remember { get; private set; }

    public string? Problem { get; private set; }

    public async Task<IActionResult> OnGetAsync(string? request, CancellationToken cancellationToken)
    {
        if (!await FindAsync(request, cancellationToken))
        {
            return Over();
        }

        Username = Asked?.LoginHint;
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string? request, string? username, string? password, bool remember, CancellationToken cancellationToken)
    {
        if (!await FindAsync(request, cancellationToken))
        {
            return Over();
        }

        (Username, Remember) = (username, remember);
        if (string.IsNullOrWhiteSpace(username) || string.IsNullOrEmpty(password) || username.Length > 256 || password.Length > 1024)
        {
            Problem = "Please fill in both fields.";
            return Page();
        }

        var signIn = services.GetRequiredService<PasswordSignIn>();
        if (!(await signIn.CheckAsync(username, password, Caller.Of(HttpContext), cancellationToken)).Succeeded(out var account, out var refusal))
        {
            Problem = refusal.Reason is RefusalReason.Locked or RefusalReason.Throttled
                ? "There were too many failed attempts. Please try again in a few minutes."
                : "The name or the password is wrong.";
            return Page();
        }

        await services.GetRequiredService<BrowserSessions>().BeginAsync(HttpContext, account, ["pwd"], remember, cancellationToken);
        return Device is null ? GoOn() : new SeeOtherPage(Endpoints.DevicePage + (UserCode.Read(Device) is { } code ? $"?user_code={UserCode.Show(code)}" : ""));
    }

    public async Task<IActionResult> OnPostCancelAsync(string? request, CancellationToken cancellationToken) =>
        await FindAsync(request, cancellationToken) && Asked is not null ? await DeclineAsync(cancellationToken) : Over();
}
