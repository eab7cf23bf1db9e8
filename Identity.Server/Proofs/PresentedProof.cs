namespace Identity.Server.Proofs;

/// <summary>A DPoP header field as it came, and the request that it must be about. Nothing here is proved yet.</summary>
/// <param name="Text">Null when there was none; several are joined by commas and so are no proof (RFC 9449 §4.3).</param>
/// <param name="Method">Of the request.</param>
/// <param name="Url">Of the request, as clients know it.</param>
internal sealed record PresentedProof(string? Text, string Method, string Url);
