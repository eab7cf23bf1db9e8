using Identity.Server.Accounts;

namespace Identity.Server.Import;

/// <summary>A person of the file, read and judged.</summary>
/// <param name="Line">Where they stand in the file.</param>
/// <param name="Number">The number that the old system gave.</param>
internal sealed record ImportRow(int Line, int Number)
{
    /// <summary>Names, contacts and claims. It holds no password.</summary>
    public required NewAccount Account { get; init; }

    public required ImportedHash Hash { get; init; }

    /// <summary>What they may sign in with, the strongest first; empty when nothing can be.</summary>
    public required IReadOnlyList<ClaimedName> Names { get; init; }

    public int VisitCount { get; init; }

    public DateTimeOffset LastVisitAt { get; init; } = DateTimeOffset.UnixEpoch;

    public string? LastAddress { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    public DateTimeOffset? UpdatedAt { get; init; }

    public bool Disabled { get; init; }

    /// <summary>The API's own fields, a JSON object; null without any.</summary>
    public string? Fields { get; init; }

    public override string ToString() => nameof(ImportRow);
}

/// <summary>
/// A text that somebody signed in with at the old system. The kind is that of the table of names: a mailbox or number that
/// nobody proved is a mere <c>user_name</c>, so that nothing takes it for proved.
/// </summary>
internal sealed record ClaimedName(string Normal, string Kind)
{
    public bool Verified => Kind is SignInName.Email or SignInName.PhoneNumber;

    public override string ToString() => nameof(ClaimedName);
}

/// <summary>What reading a row came to: a person with remarks, or the reason why not.</summary>
internal sealed record ReadRow(int Line, int? Number, ImportRow? Person, string? Problem, IReadOnlyList<string> Remarks);
