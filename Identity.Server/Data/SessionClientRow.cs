namespace Identity.Server.Data;

/// <summary>A client that took part in a session.</summary>
internal sealed class SessionClientRow
{
    public required string Sid { get; init; }

    public required string ClientId { get; init; }
}
