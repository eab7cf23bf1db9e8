using Identity.OpenId.Errors;

namespace Identity.OpenId.Token;

/// <summary>A refresh family as it is stored: one row.</summary>
/// <param name="Generation">The newest generation that was handed out.</param>
/// <param name="RotatedAt">When that generation was handed out.</param>
/// <param name="ExpiresAt">The first instant at which no token of the family is good.</param>
/// <param name="Revoked">Once true, never false again.</param>
public readonly record struct RefreshFamily(uint Generation, DateTimeOffset RotatedAt, DateTimeOffset ExpiresAt, bool Revoked);

/// <summary>How a client's families rotate.</summary>
/// <param name="Rotates">False keeps one token for the family's life.</param>
/// <param name="ReplayWindow">How long the predecessor may come back for the same successor; zero for never.</param>
public readonly record struct RefreshPolicy(bool Rotates, TimeSpan ReplayWindow);

/// <summary>What a presented generation calls for.</summary>
public enum RefreshAct
{
    /// <summary>Move the row from the presented generation to the successor, if it still stands there.</summary>
    Rotate,

    /// <summary>The row was moved already and the answer was perhaps lost: hand out the same successor again.</summary>
    Repeat,

    /// <summary>The token is ahead of the row (the database is an older copy): move the row to the successor, if it is still behind.</summary>
    FastForward,

    /// <summary>The client does not rotate: the same token stays good.</summary>
    Keep,

    /// <summary>A token that was replaced and whose successor was used, or that came back too late: revoke the family.</summary>
    Revoke,

    /// <summary>Refuse and change nothing.</summary>
    Refuse,
}

/// <param name="Act">What to do.</param>
/// <param name="Successor">The generation to hand out; 0 when nothing is handed out.</param>
/// <param name="Reason">Why not, for the log.</param>
public readonly record struct RefreshVerdict(RefreshAct Act, uint Successor, RefusalReason Reason = RefusalReason.None);

/// <summary>
/// Idempotent rotation with a single successor. The successor of generation n is always n + 1, so any number of
/// racers and retries inside the replay window get the same token, and nobody is logged out by a lost answer.
/// </summary>
public static class RefreshRotation
{
    /// <summary>Judges a presented generation whose MAC, client and key are proved already (in that order, so that no stranger can end a family).</summary>
    public static RefreshVerdict Decide(RefreshFamily family, uint presented, RefreshPolicy policy, DateTimeOffset now)
    {
        if (family.Revoked)
        {
            return new(RefreshAct.Refuse, 0, RefusalReason.Revoked);
        }

        if (now >= family.ExpiresAt || presented is 0 or uint.MaxValue)
        {
            return new(RefreshAct.Refuse, 0, RefusalReason.Expired);
        }

        if (presented > family.Generation)
        {
            return new(RefreshAct.FastForward, policy.Rotates ? presented + 1 : presented);
        }

        if (presented == family.Generation)
        {
            return policy.Rotates ? new(RefreshAct.Rotate, presented + 1) : new(RefreshAct.Keep, presented);
        }

        return presented == family.Generation - 1 && now < family.RotatedAt + policy.ReplayWindow
            ? new(RefreshAct.Repeat, family.Generation)
            : new(RefreshAct.Revoke, 0, RefusalReason.Reused);
    }
}
