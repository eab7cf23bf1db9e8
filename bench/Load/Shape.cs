using System.Globalization;

namespace Bench.Load;

/// <summary>How large what our server has to do with is.</summary>
internal sealed record Shape
{
    /// <summary>Client connections, each a closed loop.</summary>
    public int Connections { get; init; } = Workload.Connections;

    /// <summary>Registered clients.</summary>
    public int Clients { get; init; } = 1;

    /// <summary>Scopes that a token request asks for.</summary>
    public int Scopes { get; init; } = 1;

    /// <summary>Sessions that take turns; they lie apart in the tables.</summary>
    public int Sessions { get; init; } = Workload.Connections;

    /// <summary>Copies of one person, each with a name and a refresh family; 0: the few who are needed.</summary>
    public int People { get; init; }

    /// <summary>A connection string; null for the folder's own SQLite file.</summary>
    public string? Database { get; init; }

    /// <summary>The issuer of all nodes; null for the server's own address.</summary>
    public string? Issuer { get; init; }

    /// <summary>Whose session the n-th one is.</summary>
    public string Person(int index) => People == 0
        ? $"bench{(index % Workload.Connections).ToString(CultureInfo.InvariantCulture)}x"
        : $"copy{(1 + (long)index * People / Math.Max(Sessions, Connections)).ToString(CultureInfo.InvariantCulture)}x";
}
