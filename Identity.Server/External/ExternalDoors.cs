using Identity.Server.External.Qq;
using Identity.Server.External.Weixin;

namespace Identity.Server.External;

/// <summary>Which providers a browser is offered, and how.</summary>
internal sealed class ExternalDoors(ExternalApps apps, ExternalOptions options)
{
    private readonly ExternalDoor? qq = Door(apps.First(ExternalApp.QQ, ExternalAppKind.Website), QQAuthenticationDefaults.AuthenticationScheme, options.QQ.GraphUrl);
    private readonly ExternalDoor? weixin = Door(apps.First(ExternalApp.WeChat, ExternalAppKind.Website), WeixinAuthenticationDefaults.AuthenticationScheme, options.WeChat.OpenUrl);
    private readonly ExternalDoor? official = Door(apps.First(ExternalApp.WeChat, ExternalAppKind.OfficialAccount), WeixinAuthenticationDefaults.OfficialAccountScheme, options.WeChat.OpenUrl);

    /// <summary>Every scheme that has an app behind it.</summary>
    public IEnumerable<ExternalDoor> All => new[] { qq, weixin, official }.OfType<ExternalDoor>();

    public bool IsEmpty => !All.Any();

    public ExternalDoor? OfScheme(string? scheme) => All.FirstOrDefault(door => string.Equals(door.Scheme, scheme, StringComparison.Ordinal));

    /// <summary>Inside WeChat the official account, because nobody can scan the screen he holds; outside of it the QR code, because the other page opens nowhere else.</summary>
    public IEnumerable<ExternalDoor> For(HttpRequest request) => new[] { qq, IsWeChat(request) ? official : weixin }.OfType<ExternalDoor>();

    /// <summary>QQ has a page for small screens, if it is asked for.</summary>
    public static bool IsPhone(HttpRequest request) =>
        request.Headers.UserAgent.ToString() is var agent && (agent.Contains("Mobile", StringComparison.Ordinal) || agent.Contains("Android", StringComparison.Ordinal) || agent.Contains("iPhone", StringComparison.Ordinal));

    private static bool IsWeChat(HttpRequest request) => request.Headers.UserAgent.ToString().Contains("MicroMessenger", StringComparison.OrdinalIgnoreCase);

    private static ExternalDoor? Door(ExternalApp? app, string scheme, string address) => app is null ? null : new(app, scheme, address);
}

/// <param name="App">The app that the scheme speaks for.</param>
/// <param name="Scheme">The handler's.</param>
/// <param name="Address">Where the browser is sent.</param>
internal sealed record ExternalDoor(ExternalApp App, string Scheme, string Address)
{
    /// <summary>For people.</summary>
    public string Label => string.Equals(App.Provider, ExternalApp.QQ, StringComparison.Ordinal) ? "QQ" : "WeChat";
}
