namespace Identity.OpenId.Authorize;

/// <summary>RFC 9126 §2.2.</summary>
/// <param name="RequestUri">To be used once.</param>
/// <param name="ExpiresIn">Seconds.</param>
public sealed record PushedResponse(string RequestUri, int ExpiresIn);
