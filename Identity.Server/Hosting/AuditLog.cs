using Identity.OpenId.Errors;

namespace Identity.Server.Hosting;

/// <summary>What happened to whom, in words that name nobody's secret. Event ids are stable.</summary>
internal static partial class AuditLog
{
    [LoggerMessage(2001, LogLevel.Information, "Sign-in of {Subject} by password from {Address}")]
    public static partial void SignedIn(ILogger logger, string subject, string address);

    [LoggerMessage(2002, LogLevel.Information, "Sign-in by password refused from {Address}: {Reason}")]
    public static partial void SignInRefused(ILogger logger, string address, RefusalReason reason);

    [LoggerMessage(2003, LogLevel.Information, "Account {Subject} created by {Door}")]
    public static partial void AccountCreated(ILogger logger, string subject, string door);

    [LoggerMessage(2010, LogLevel.Warning, "Refresh token reuse: family {Family} of client {Client} was revoked")]
    public static partial void RefreshReused(ILogger logger, Guid family, string client);

    [LoggerMessage(2011, LogLevel.Warning, "Refresh family {Family} of client {Client} was behind its token and moved from {From} to {To}: the database is older than its tokens")]
    public static partial void RefreshFastForwarded(ILogger logger, Guid family, string client, long from, long to);

    [LoggerMessage(2012, LogLevel.Information, "Refresh family {Family} of client {Client} was revoked by its client")]
    public static partial void FamilyRevoked(ILogger logger, Guid family, string client);

    [LoggerMessage(2013, LogLevel.Information, "Everything that account {Subject} had open was ended")]
    public static partial void SessionsEnded(ILogger logger, string subject);

    [LoggerMessage(2014, LogLevel.Warning, "Authorization code reuse: family {Family} of client {Client} was revoked")]
    public static partial void CodeReused(ILogger logger, Guid family, string client);

    [LoggerMessage(2020, LogLevel.Information, "Token request of client {Client} refused: {Error} ({Reason})")]
    public static partial void TokenRefused(ILogger logger, string client, string error, RefusalReason reason);

    [LoggerMessage(2021, LogLevel.Information, "Client {Client} exchanged a token of {Subject} that was issued to {From}")]
    public static partial void TokenExchanged(ILogger logger, string client, string subject, string from);

    [LoggerMessage(2040, LogLevel.Information, "Client {Client} registered itself")]
    public static partial void ClientRegistered(ILogger logger, string client);

    [LoggerMessage(2041, LogLevel.Information, "Client {Client} changed its registration")]
    public static partial void ClientChanged(ILogger logger, string client);

    [LoggerMessage(2042, LogLevel.Information, "Client {Client} removed its registration")]
    public static partial void ClientRemoved(ILogger logger, string client);

    [LoggerMessage(2030, LogLevel.Information, "Signing key {Kid} ({Algorithm}) made; it signs from {SignsFrom:O}")]
    public static partial void KeyMade(ILogger logger, string kid, string algorithm, DateTimeOffset signsFrom);
}
