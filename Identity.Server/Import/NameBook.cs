using Identity.Server.Accounts;

namespace Identity.Server.Import;

/// <summary>Who holds a name: an account of the database, or a row that is about to become one.</summary>
/// <param name="Kind">As the table of names has it.</param>
/// <param name="Row">The row; null for an account.</param>
internal sealed record NameHolder(string Kind, ImportRow? Row)
{
    public override string ToString() => nameof(NameHolder);
}

/// <summary>
/// Which names a person gets. A proved mailbox or number takes the name from whoever has it unproved; otherwise who has it
/// keeps it, be that an account or an earlier line.
/// </summary>
internal sealed class NameBook(IDictionary<string, NameHolder> holders)
{
    /// <summary>The names that the row gets; empty when it gets none, and then nothing has changed. Losses are remarked.</summary>
    public IReadOnlyList<(ClaimedName Name, NameHolder? Before)> Claim(ImportRow row, Action<string> remark)
    {
        var won = new List<(ClaimedName, NameHolder?)>();
        foreach (var name in row.Names)
        {
            var before = holders.TryGetValue(name.Normal, out var holder) ? holder : null;
            if (before is null || (name.Verified && string.Equals(before.Kind, SignInName.UserName, StringComparison.Ordinal)))
            {
                won.Add((name, before));
                if (before is not null)
                {
                    remark($"{Word(name)} was taken from {(before.Row is { } loser ? $"line {loser.Line}" : "an account of an earlier import")}, which had not proved it");
                }
            }
            else
            {
                remark($"{Word(name)} is the sign-in name of {(before.Row is { } winner ? $"line {winner.Line}" : "another account")} and was dropped");
            }
        }

        foreach (var (name, _) in won)
        {
            holders[name.Normal] = new(name.Kind, row);
        }

        return won;
    }

    private static string Word(ClaimedName name) => name.Kind switch
    {
        SignInName.Email => "email",
        SignInName.PhoneNumber => "phone_number",
        _ => name.Normal.Contains('@', StringComparison.Ordinal) ? "email (not proved)" : name.Normal.StartsWith('+') ? "phone_number (not proved)" : "user_name",
    };
}
