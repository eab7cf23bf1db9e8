using Identity.OpenId.Authorize;
using Identity.OpenId.Clients;
using Identity.OpenId.Device;
using Identity.OpenId.Errors;
using Identity.Server.Authorize;
using Identity.Server.Clients;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Microsoft.AspNetCore.Mvc;

namespace Identity.Server.Pages;

/// <summary>What the pages on the way of a waiting request share: the request itself, its client, and the way back to both.</summary>
public abstract class WaitingPage : FormPage
{
    private AuthorizeRequestRow? row;

    /// <summary>The handle of the waiting request; empty on a page that was opened by itself.</summary>
    public string Waiting { get; private set; } = "";

    public ClientMetadata? Client { get; private set; }

    /// <summary>The client's name, as people know it.</summary>
    public string ClientName => Client?.ClientName ?? Client?.ClientId ?? "";

    /// <summary>Set when a device waits behind the page: its code, or anything else for none yet.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Device { get; set; }

    /// <summary>A page of the account that was asked for by somebody who was not signed in; anything else is no page.</summary>
    [BindProperty(Name = "then", SupportsGet = true)]
    public string? Wanted { get; set; }

    /// <summary>What the client asks for.</summary>
    public AuthorizeRequest? Asked { get; private set; }

    private protected AuthorizeRequestRow Row => row ?? throw new InvalidOperationException("No request waits.");

    /// <summary>Finds the waiting request. False when it names one that is over.</summary>
    private protected async Task<bool> FindAsync(string? handle, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(handle))
        {
            return true;
        }

        var services = HttpContext.RequestServices;
        row = await services.GetRequiredService<PendingRequests>().FindAsync(AuthorizeRequestRow.Pending, handle, HttpContext, cancellationToken);
        if (row is null)
        {
            return false;
        }

        Waiting = handle;
        Client = services.GetRequiredService<ClientDirectory>().Find(row.ClientId)?.Metadata;
        var flow = services.GetRequiredService<AuthorizeFlow>();
        var parameters = PendingRequests.Read(row.Parameters);
        if (Client is null || !flow.Target(parameters).Succeeded(out var target, out _) || !flow.Check(parameters, target, pushed: true).Succeeded(out var asked, out _))
        {
            return false;
        }

        Asked = asked;
        PageHeaders.LetFormsEndAt(HttpContext, target.RedirectUri);
        return true;
    }

    private protected async Task<IActionResult> OverAsync(string? handle, CancellationToken cancellationToken)
    {
        await (await HttpContext.RequestServices.GetRequiredService<AuthorizeFlow>().OverAsync(handle, HttpContext, cancellationToken)).ExecuteAsync(HttpContext);
        return new StatusCodeResult(StatusCodes.Status400BadRequest);
    }

    /// <summary>On to the next page, or back to the client.</summary>
    private protected IActionResult GoOn() => Go(Destination);

    private protected string Destination => Waiting.Length > 0
        ? $"{Endpoints.Resume}?request={Waiting}"
        : Device is not null
            ? Endpoints.DevicePage + (UserCode.Read(Device) is { } code ? $"?user_code={UserCode.Show(code)}" : "")
            : AccountPage ?? "/";

    /// <summary>What the pages on the same way pass on to each other, as a query.</summary>
    public string Onward => Waiting.Length > 0 ? $"?request={Waiting}" : Device is not null ? $"?device={(UserCode.Read(Device) is { } code ? UserCode.Show(code) : "-")}" : AccountPage is { } page ? $"?then={page}" : "";

    /// <summary>The page of the account, if <see cref="Wanted"/> is one: nobody can send a person elsewhere by our sign-in.</summary>
    public string? AccountPage => Wanted is { Length: <= 64 } page && page.StartsWith("/account", StringComparison.Ordinal) && page.All(c => char.IsAsciiLetterLower(c) || c is '/' or '-') && !page.Contains("//", StringComparison.Ordinal) ? page : null;

    public async Task<IActionResult> OnPostCancelAsync(string? request, CancellationToken cancellationToken) =>
        await FindAsync(request, cancellationToken) && Asked is not null ? await DeclineAsync(cancellationToken) : await OverAsync(request, cancellationToken);

    /// <summary>The person does not want to: the client is told so.</summary>
    private protected async Task<IActionResult> DeclineAsync(CancellationToken cancellationToken)
    {
        var services = HttpContext.RequestServices;
        var flow = services.GetRequiredService<AuthorizeFlow>();
        if (!flow.Target(PendingRequests.Read(Row.Parameters)).Succeeded(out var target, out _) || !await services.GetRequiredService<PendingRequests>().UseAsync(Row, cancellationToken))
        {
            return await OverAsync(Waiting, cancellationToken);
        }

        return new ProtocolPage(AuthorizeFlow.Answer(target, new OAuthError("access_denied", "The person declined."), HttpContext));
    }

    private sealed class ProtocolPage(IResult answer) : ActionResult
    {
        public override Task ExecuteResultAsync(ActionContext context) => answer.ExecuteAsync(context.HttpContext);
    }
}
