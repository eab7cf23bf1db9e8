namespace Identity.Compat;

/// <summary>Marks an endpoint that speaks an old API. Its clients know plain http only, so no redirect to https may stand before it.</summary>
/// <param name="Api">The API's name, which is also its client's identifier.</param>
/// <param name="Name">What its calls are counted under: method and path, with <c>*</c> for what only refuses.</param>
public sealed record LegacyRoute(string Api, string Name)
{
    /// <summary>Whether it does more than refuse.</summary>
    public bool Serves => !Name.StartsWith('*');
}
