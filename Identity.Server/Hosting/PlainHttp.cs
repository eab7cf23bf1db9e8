namespace Identity.Server.Hosting;

/// <summary>Marks an endpoint without secrets that answers over plain http in Production too: probes come to the node itself and not through the proxy.</summary>
internal sealed class PlainHttp
{
    public static PlainHttp Marker { get; } = new();
}
