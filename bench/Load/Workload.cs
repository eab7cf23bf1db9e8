namespace Bench.Load;

/// <summary>What is measured.</summary>
internal static class Workload
{
    public const int Connections = 8;

    public const string ClientCredentials = "client_credentials";
    public const string Refresh = "refresh_token";
    public const string Password = "password";
    public const string UserInfo = "userinfo";
    public const string Introspection = "introspection";
    public const string Discovery = "discovery";
    public const string Jwks = "jwks";
    public const string LegacyRefresh = "legacy refresh";
    public const string LegacyLogin = "legacy login";

    public static IReadOnlyList<string> All { get; } = [ClientCredentials, Refresh, LegacyRefresh, UserInfo, Introspection, Discovery, Jwks, Password, LegacyLogin];
}
