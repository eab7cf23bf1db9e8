using Identity.Tests.Support;

namespace Identity.Tests.Wire;

/// <summary>The wire, octet for octet: what the documents show first, then every other answer they imply.</summary>
public sealed class WireTests
{
    public static TheoryData<string> Transcripts => Transcript.All;

    [Theory, MemberData(nameof(Transcripts))]
    public async Task The_wire_has_not_moved(string name)
    {
        var transcript = Transcript.Read(name);
        await using var host = new WireHost(transcript);
        await host.InitializeAsync();
        await transcript.ReplayAsync(host);
    }
}
