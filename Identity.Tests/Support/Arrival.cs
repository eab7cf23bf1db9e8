using Identity.Server.Accounts;

namespace Identity.Tests.Support;

/// <summary>A person on the way through the pages, as far as the client.</summary>
internal static class Arrival
{
    /// <summary>Opens an authorization request and does what each page asks for: signs in as <paramref name="name"/>, allows.</summary>
    public static async Task<Stop> ArriveAsync(this Browser browser, string request, string name)
    {
        var stop = await browser.OpenAsync(request);
        if (stop.Heading == "Sign in")
        {
            stop = await browser.SignInAsync(stop, name);
        }

        return stop.Heading == "Allow access?" ? await browser.SubmitAsync(stop, "Allow") : stop;
    }

    /// <summary>A new account, signed in with a new browser, and a code for <paramref name="client"/>.</summary>
    public static async Task<string> NewCodeAsync(this IdentityHost host, string client, string name, params (string Name, string? Value)[] parameters)
    {
        await host.AddAccountAsync(new NewAccount { UserName = name });
        using var browser = new Browser(host);
        var code = (await browser.ArriveAsync(CodeFlowHost.Request(client, parameters), name)).Parameter("code");
        Assert.NotNull(code);
        return code;
    }
}
