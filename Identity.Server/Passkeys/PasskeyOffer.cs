namespace Identity.Server.Passkeys;

/// <summary>What a page needs for one ceremony.</summary>
/// <param name="Options">For <c>navigator.credentials</c>, as the JSON of WebAuthn §5.1.8 and §5.1.10; nothing of it is secret.</param>
/// <param name="Challenge">Comes back with the answer.</param>
public sealed record PasskeyOffer(string Options, string Challenge);
