namespace Identity.Server.Hosting;

/// <summary>Section <c>Audit</c>.</summary>
internal sealed class AuditOptions
{
    /// <summary>Days that the audit trail is kept in the database. Default 365.</summary>
    public int RetentionDays { get; set; } = 365;

    public IEnumerable<string> Mistakes()
    {
        if (RetentionDays is < 1 or > 36_500)
        {
            yield return "RetentionDays must be between 1 and 36500.";
        }
    }
}
