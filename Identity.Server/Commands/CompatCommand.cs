using System.CommandLine;

namespace Identity.Server.Commands;

/// <summary><c>identity compat</c>: what an operator does about the old APIs.</summary>
internal sealed class CompatCommand : Command
{
    public CompatCommand(Option<string[]> config)
        : base("compat", "The old APIs.")
    {
        Add(new CompatUsageCommand(config));
        Add(new CompatReplayCommand());
    }
}
