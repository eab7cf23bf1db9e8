namespace Identity.Server.Commands;

/// <summary>One thing that the doctor looked at.</summary>
/// <param name="About">What was looked at.</param>
/// <param name="Grade">How it is.</param>
/// <param name="Says">What was found.</param>
/// <param name="Advice">What to do; null where nothing need be done.</param>
internal sealed record Finding(string About, Grade Grade, string Says, string? Advice = null)
{
    public static Finding Good(string about, string says) => new(about, Grade.Ok, says);

    public static Finding Mind(string about, string says, string advice) => new(about, Grade.Warning, says, advice);

    public static Finding Bad(string about, string says, string advice) => new(about, Grade.Failure, says, advice);
}

internal enum Grade
{
    Ok,
    Warning,
    Failure,
}
