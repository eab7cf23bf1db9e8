namespace Identity.Tests.Browsing;

/// <summary>How somebody looks at the pages.</summary>
internal sealed record Look(string Language = "en", int Width = 1024, bool Dark = false, bool Scripts = true)
{
    public override string ToString() => $"{Language}-{Width}{(Dark ? "-night" : "")}{(Scripts ? "" : "-plain")}";
}
