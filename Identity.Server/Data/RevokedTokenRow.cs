namespace Identity.Server.Data;

internal sealed class RevokedTokenRow
{
    public required string Jti { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }
}
