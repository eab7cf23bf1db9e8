namespace Identity.Tests.Processes;

/// <summary>Tests that start the executable run one after another: a machine of two cores starts one server well and ten badly.</summary>
[CollectionDefinition(Name)]
public sealed class OneAtATime
{
    public const string Name = "Processes";
}
