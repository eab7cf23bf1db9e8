namespace Identity.Server.Import;

/// <summary>A file that cannot be imported at all. The message is one sentence for the operator, without anything that stands in the file.</summary>
internal sealed class ImportRefusedException : Exception
{
    public ImportRefusedException()
    {
    }

    public ImportRefusedException(string message)
        : base(message)
    {
    }

    public ImportRefusedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
