namespace Identity.Server.Data;

internal sealed class ClientRow
{
    /// <summary>Described in configuration; disabled when it has left it.</summary>
    public const string FromConfiguration = "configuration";

    /// <summary>Registered itself, RFC 7591.</summary>
    public const string FromRegistration = "registration";

    /// <summary>Added by an operator; the configuration has no say in it.</summary>
    public const string FromCommandLine = "command line";

    public required string ClientId { get; init; }

    public required string Origin { get; set; }

    /// <summary>The registration as JSON, secrets hashed.</summary>
    public required string Metadata { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public DateTimeOffset? DisabledAt { get; set; }

    /// <summary>Of the token that reads and changes a registration, RFC 7592; null for clients that the operator describes.</summary>
    public string? RegistrationHash { get; init; }
}
