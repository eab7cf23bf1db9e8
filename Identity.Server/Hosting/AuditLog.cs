using Identity.OpenId.Errors;

namespace Identity.Server.Hosting;

/// <summary>What happened to whom, in words that name nobody's secret. Event ids are stable; docs/operations.md lists them. The log and the audit trail hear the same call.</summary>
internal static partial class AuditLog
{
    [LoggerMessage(2001, LogLevel.Information, "Sign-in of {Subject} by password from {Address}")]
    public static partial void SignedIn(ILogger logger, string subject, string address);

    [LoggerMessage(2002, LogLevel.Information, "Sign-in by password refused from {Address}: {Reason}")]
    public static partial void SignInRefused(ILogger logger, string address, RefusalReason reason);

    [LoggerMessage(2003, LogLevel.Information, "Account {Subject} created by {Door}")]
    public static partial void AccountCreated(ILogger logger, string subject, string door);

    [LoggerMessage(2004, LogLevel.Information, "Account {Subject} was locked by an operator")]
    public static partial void AccountLocked(ILogger logger, string subject);

    [LoggerMessage(2005, LogLevel.Information, "Account {Subject} was unlocked by an operator")]
    public static partial void AccountUnlocked(ILogger logger, string subject);

    [LoggerMessage(2006, LogLevel.Information, "Password of account {Subject} was set")]
    public static partial void PasswordSet(ILogger logger, string subject);

    [LoggerMessage(2007, LogLevel.Information, "Password of account {Subject} was reset by a code by mail from {Address}")]
    public static partial void PasswordReset(ILogger logger, string subject, string address);

    [LoggerMessage(2041, LogLevel.Information, "A code by mail for {Purpose} was refused from {Address}")]
    public static partial void CodeRefused(ILogger logger, string purpose, string address);

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

    [LoggerMessage(2015, LogLevel.Information, "Browser session {Session} of {Subject} ended")]
    public static partial void SessionEnded(ILogger logger, string session, string subject);

    [LoggerMessage(2016, LogLevel.Information, "Access token {Token} of client {Client}, good until {Until:O}, was revoked by its client")]
    public static partial void AccessTokenRevoked(ILogger logger, string token, string client, DateTimeOffset until);

    [LoggerMessage(2017, LogLevel.Information, "Account {Subject} took back what client {Client} was allowed")]
    public static partial void ConsentWithdrawn(ILogger logger, string subject, string client);

    [LoggerMessage(2018, LogLevel.Information, "A new sign-in of {Subject} ended what client {Client} held under {Group}")]
    public static partial void FamilyReplaced(ILogger logger, string subject, string client, string group);

    [LoggerMessage(2020, LogLevel.Information, "Token request of client {Client} refused: {Error} ({Reason})")]
    public static partial void TokenRefused(ILogger logger, string client, string error, RefusalReason reason);

    [LoggerMessage(2021, LogLevel.Information, "Tokens issued to client {Client} for {Subject} by grant {Grant} from {Address}")]
    public static partial void TokensIssued(ILogger logger, string client, string subject, string grant, string address);

    [LoggerMessage(2060, LogLevel.Information, "Sign-in of {Subject} by {Provider} app {App} from {Address}")]
    public static partial void SignedInExternally(ILogger logger, string subject, string provider, string app, string address);

    [LoggerMessage(2061, LogLevel.Information, "Sign-in by {Provider} app {App} refused from {Address}: {Reason}")]
    public static partial void ExternalRefused(ILogger logger, string provider, string app, string address, RefusalReason reason);

    [LoggerMessage(2062, LogLevel.Information, "Account {Subject} linked to {Provider} app {App}")]
    public static partial void Linked(ILogger logger, string subject, string provider, string app);

    [LoggerMessage(2063, LogLevel.Information, "Account {Subject} unlinked from {Provider}")]
    public static partial void Unlinked(ILogger logger, string subject, string provider);

    [LoggerMessage(2030, LogLevel.Information, "Signing key {Kid} ({Algorithm}) made; it signs from {SignsFrom:O}")]
    public static partial void KeyMade(ILogger logger, string kid, string algorithm, DateTimeOffset signsFrom);

    [LoggerMessage(2070, LogLevel.Information, "Sign-in of {Subject} by API key from {Address}")]
    public static partial void SignedInByApiKey(ILogger logger, string subject, string address);

    [LoggerMessage(2071, LogLevel.Information, "Sign-in by API key refused from {Address}: {Reason}")]
    public static partial void ApiKeyRefused(ILogger logger, string address, RefusalReason reason);

    [LoggerMessage(2072, LogLevel.Information, "API key of account {Subject} set by {By} from {Address}")]
    public static partial void ApiKeySet(ILogger logger, string subject, string by, string address);

    [LoggerMessage(2073, LogLevel.Information, "API key of account {Subject} cleared by {By} from {Address}")]
    public static partial void ApiKeyCleared(ILogger logger, string subject, string by, string address);

    [LoggerMessage(2080, LogLevel.Information, "Client {Client} was added by an operator")]
    public static partial void ClientAdded(ILogger logger, string client);

    [LoggerMessage(2081, LogLevel.Information, "Client {Client} was given a new secret by an operator")]
    public static partial void ClientSecretRotated(ILogger logger, string client);

    [LoggerMessage(2082, LogLevel.Information, "Client {Client} was removed by an operator")]
    public static partial void ClientRemoved(ILogger logger, string client);

    [LoggerMessage(2090, LogLevel.Information, "Client {Client} exchanged a token of {Subject} that was issued to {From}")]
    public static partial void TokenExchanged(ILogger logger, string client, string subject, string from);

    [LoggerMessage(2091, LogLevel.Information, "Client {Client} registered itself")]
    public static partial void ClientRegistered(ILogger logger, string client);

    [LoggerMessage(2092, LogLevel.Information, "Client {Client} changed its registration")]
    public static partial void ClientChanged(ILogger logger, string client);

    [LoggerMessage(2093, LogLevel.Information, "Client {Client} removed its registration")]
    public static partial void RegistrationRemoved(ILogger logger, string client);

    [LoggerMessage(2100, LogLevel.Information, "Profile of account {Subject} was changed")]
    public static partial void ProfileChanged(ILogger logger, string subject);

    [LoggerMessage(2101, LogLevel.Information, "E-mail address of account {Subject} was changed from {Address}")]
    public static partial void EmailChanged(ILogger logger, string subject, string address);

    [LoggerMessage(2102, LogLevel.Information, "Account {Subject} was deleted by {By}")]
    public static partial void AccountDeleted(ILogger logger, string subject, string by);

    [LoggerMessage(2105, LogLevel.Information, "Account {Subject} fetched what is stored about it")]
    public static partial void DataExported(ILogger logger, string subject);

    [LoggerMessage(2110, LogLevel.Information, "Restore check by an operator: of {Events} events since {Since:O}, {Applied} revocations were applied again")]
    public static partial void RestoreChecked(ILogger logger, DateTimeOffset since, int events, int applied);

    [LoggerMessage(2120, LogLevel.Information, "Sign-in of {Subject} by passkey from {Address}")]
    public static partial void SignedInByPasskey(ILogger logger, string subject, string address);

    [LoggerMessage(2121, LogLevel.Information, "Sign-in by passkey refused from {Address}: {Reason}")]
    public static partial void PasskeyRefused(ILogger logger, string address, RefusalReason reason);

    [LoggerMessage(2122, LogLevel.Information, "Account {Subject} was given a passkey from {Address}")]
    public static partial void PasskeyAdded(ILogger logger, string subject, string address);

    [LoggerMessage(2123, LogLevel.Information, "A passkey of account {Subject} was removed from {Address}")]
    public static partial void PasskeyRemoved(ILogger logger, string subject, string address);

    [LoggerMessage(2124, LogLevel.Warning, "The counter of a passkey of account {Subject} went back, from {Address}: there may be a copy of it")]
    public static partial void PasskeyCopied(ILogger logger, string subject, string address);

    [LoggerMessage(2130, LogLevel.Information, "Second step of {Subject} by {Means} from {Address}")]
    public static partial void SecondStep(ILogger logger, string subject, string means, string address);

    [LoggerMessage(2131, LogLevel.Information, "Second step of {Subject} refused from {Address}: {Reason}")]
    public static partial void SecondStepRefused(ILogger logger, string subject, string address, RefusalReason reason);

    [LoggerMessage(2132, LogLevel.Information, "Two-step verification of account {Subject} was turned on")]
    public static partial void TwoStepOn(ILogger logger, string subject);

    [LoggerMessage(2133, LogLevel.Information, "Two-step verification of account {Subject} was turned off by {By}")]
    public static partial void TwoStepOff(ILogger logger, string subject, string by);

    [LoggerMessage(2135, LogLevel.Information, "Account {Subject} was given new recovery codes")]
    public static partial void RecoveryCodesReplaced(ILogger logger, string subject);

    [LoggerMessage(2136, LogLevel.Information, "Account {Subject} made an app password")]
    public static partial void AppPasswordAdded(ILogger logger, string subject);

    [LoggerMessage(2137, LogLevel.Information, "Account {Subject} took an app password back")]
    public static partial void AppPasswordRemoved(ILogger logger, string subject);

    [LoggerMessage(2138, LogLevel.Information, "Sign-in of {Subject} by app password from {Address}")]
    public static partial void SignedInByAppPassword(ILogger logger, string subject, string address);

    [LoggerMessage(2140, LogLevel.Information, "Account {Subject} had a device remembered, from {Address}")]
    public static partial void DeviceRemembered(ILogger logger, string subject, string address);

    [LoggerMessage(2141, LogLevel.Information, "Account {Subject} had its remembered devices forgotten")]
    public static partial void DevicesForgotten(ILogger logger, string subject);
}
