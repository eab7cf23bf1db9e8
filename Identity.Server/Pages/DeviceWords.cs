namespace Identity.Server.Pages;

/// <summary>What a person recognises a browser by: its name and its system, as far as its User-Agent says them plainly. A guess would be worse than nothing.</summary>
internal static class DeviceWords
{
    // The more particular ones first: every browser says that it is others as well.
    private static readonly (string Sign, string Name)[] Browsers =
    [
        ("MicroMessenger/", "WeChat"), ("QQBrowser/", "QQ Browser"), (" QQ/", "QQ"), ("UCBrowser/", "UC Browser"), ("MiuiBrowser/", "Xiaomi Browser"), ("HuaweiBrowser/", "Huawei Browser"),
        ("SamsungBrowser/", "Samsung Internet"), ("EdgA/", "Edge"), ("EdgiOS/", "Edge"), ("Edg/", "Edge"), ("OPR/", "Opera"), ("Vivaldi/", "Vivaldi"),
        ("FxiOS/", "Firefox"), ("Firefox/", "Firefox"), ("CriOS/", "Chrome"), ("Chromium/", "Chromium"), ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl"),
    ];

    private static readonly (string Sign, string Name)[] Systems =
    [
        ("HarmonyOS", "HarmonyOS"), ("OpenHarmony", "HarmonyOS"), ("Windows", "Windows"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "ChromeOS"), ("Mac OS X", "macOS"), ("Linux", "Linux"),
    ];

    /// <summary>Each null where it is not said.</summary>
    public static (string? Browser, string? System) Of(string? userAgent) => userAgent is null ? (null, null) : (First(Browsers, userAgent), First(Systems, userAgent));

    private static string? First((string Sign, string Name)[] table, string userAgent) => Array.Find(table, row => userAgent.Contains(row.Sign, StringComparison.Ordinal)).Name;
}
