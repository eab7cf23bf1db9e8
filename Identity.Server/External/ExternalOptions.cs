namespace Identity.Server.External;

/// <summary>Section <c>External</c>, the lists of apps excepted: those are read whole by <see cref="ExternalApps"/>.</summary>
internal sealed class ExternalOptions
{
    /// <summary>Whether a first sign-in makes an account. False: an account has to be linked first. Default true.</summary>
    public bool CreateAccounts { get; set; } = true;

    /// <summary>How long one call to a provider may take. Default 5 seconds.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    public QqOptions QQ { get; set; } = new();

    public WeChatOptions WeChat { get; set; } = new();

    public IEnumerable<string> Mistakes(bool production)
    {
        if (Timeout < TimeSpan.FromMilliseconds(100) || Timeout > TimeSpan.FromSeconds(30))
        {
            yield return "Timeout must be between 00:00:00.1 and 00:00:30.";
        }

        foreach (var (name, address) in new[] { ("QQ:GraphUrl", QQ.GraphUrl), ("WeChat:OpenUrl", WeChat.OpenUrl), ("WeChat:ApiUrl", WeChat.ApiUrl) })
        {
            if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http") || uri.Query.Length > 0 || uri.Fragment.Length > 0 || address.EndsWith('/'))
            {
                yield return $"{name} must be an absolute URL without query, fragment or a slash at the end.";
            }
            else if (production && uri is { Scheme: "http", IsLoopback: false })
            {
                yield return $"{name} must begin with https:// in Production: secrets travel there.";
            }
        }
    }
}

/// <summary>Section <c>External:QQ</c>.</summary>
internal sealed class QqOptions
{
    /// <summary>Base of authorize, token, me and get_user_info. Default https://graph.qq.com.</summary>
    public string GraphUrl { get; set; } = "https://graph.qq.com";
}

/// <summary>Section <c>External:WeChat</c>.</summary>
internal sealed class WeChatOptions
{
    /// <summary>Base of the pages that people see. Default https://open.weixin.qq.com.</summary>
    public string OpenUrl { get; set; } = "https://open.weixin.qq.com";

    /// <summary>Base of what the server calls. Default https://api.weixin.qq.com.</summary>
    public string ApiUrl { get; set; } = "https://api.weixin.qq.com";
}
