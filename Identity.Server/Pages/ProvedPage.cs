using Identity.Server.Data;
using Identity.Server.Sessions;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Identity.Server.Pages;

/// <summary>
/// A page that changes what an account is protected by, or ends it. An open browser is not enough here: the person must have
/// proved themselves lately, with both steps where the account has two, and is asked to on <see cref="ConfirmModel"/> otherwise.
/// </summary>
public abstract class ProvedPage : FormPage
{
    /// <summary>How old the proof may be when the page is opened.</summary>
    public static TimeSpan Opening { get; } = TimeSpan.FromMinutes(10);

    /// <summary>How old it may be when a form of it is sent: whoever fills it in slowly loses nothing.</summary>
    public static TimeSpan Sending { get; } = TimeSpan.FromMinutes(20);

    private SessionRow? session;

    /// <summary>Living, and proved lately. Set before any handler runs.</summary>
    private protected SessionRow Session => session ?? throw new InvalidOperationException("No handler ran yet.");

    private protected Account Account => Session.Account!;

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        var services = HttpContext.RequestServices;
        session = await services.GetRequiredService<BrowserSessions>().CurrentAsync(HttpContext, HttpContext.RequestAborted);
        if (session is null)
        {
            context.Result = Go($"/sign-in?then={Request.Path.Value}");
            return;
        }

        if (!IsProved(session, HttpMethods.IsPost(Request.Method) ? Sending : Opening, services.GetRequiredService<TimeProvider>().GetUtcNow()))
        {
            context.Result = Go(ConfirmModel.AddressFor(Request.Path));
            return;
        }

        await base.OnPageHandlerExecutionAsync(context, next);
    }

    /// <summary>Whether the session's person proved themselves within <paramref name="limit"/>, with every step that the account has.</summary>
    private protected static bool IsProved(SessionRow session, TimeSpan limit, DateTimeOffset now) =>
        now - session.AuthTime <= limit
        && (!session.Account!.TwoFactorEnabled || session.HasManyFactors);
}
