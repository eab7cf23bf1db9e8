using Identity.OpenId.Keys;

namespace Identity.Server.Keys;

/// <summary>Section <c>Keys</c>.</summary>
internal sealed class KeysOptions
{
    /// <summary>No registration may ask for a token that lives longer than this (<see cref="OpenId.Clients.ClientRules"/>), so a key that retired so long ago is needed by nobody. A margin for clocks is added.</summary>
    private static readonly TimeSpan LongestToken = TimeSpan.FromDays(30) + TimeSpan.FromMinutes(10);

    /// <summary>The file with the master key. Default: beside the SQLite file; with PostgreSQL it must be set in Production.</summary>
    public string? MasterKeyFile { get; set; }

    /// <summary>How long a signing key is published before it signs. Default 14 days.</summary>
    public TimeSpan Announce { get; set; } = TimeSpan.FromDays(14);

    /// <summary>How long a signing key signs. Default 90 days.</summary>
    public TimeSpan Sign { get; set; } = TimeSpan.FromDays(90);

    public KeyPolicy Policy => new(Announce, Sign, LongestToken);

    public IEnumerable<string> Mistakes()
    {
        if (Announce < TimeSpan.FromMinutes(1) || Announce > TimeSpan.FromDays(90))
        {
            yield return "Announce must be between one minute and 90 days.";
        }

        if (Sign < Announce)
        {
            yield return "Sign must not be shorter than Announce.";
        }
    }
}
