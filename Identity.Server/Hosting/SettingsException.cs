namespace Identity.Server.Hosting;

/// <summary>A setting that the server cannot start with. The message is one sentence that names it, and all that the operator sees.</summary>
public sealed class SettingsException : Exception
{
    public SettingsException()
    {
    }

    public SettingsException(string message)
        : base(message)
    {
    }

    public SettingsException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
