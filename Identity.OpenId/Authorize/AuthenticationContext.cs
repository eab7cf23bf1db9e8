namespace Identity.OpenId.Authorize;

/// <summary>
/// The <c>acr</c> vocabulary, OpenID Connect Core §2: which classes the ways of signing in reach. A class is listed here when
/// some door of this server reaches it, and not before.
/// </summary>
public static class AuthenticationContext
{
    /// <summary>The person knew the password of the account.</summary>
    public const string Password = "urn:cloudmind:acr:password";

    /// <summary>The person proved two things: a passkey is something they have, unlocked by something they know or are.</summary>
    public const string MultiFactor = "urn:cloudmind:acr:mfa";

    /// <summary>The <c>amr</c> of a sign-in with more than one factor, RFC 8176 §2.</summary>
    public const string ManyFactors = "mfa";

    /// <summary>The <c>amr</c> of a sign-in by passkey, RFC 8176 §2: a key was used, and its holder was verified by it.</summary>
    public static IReadOnlyList<string> Passkey { get; } = ["pop", "user", ManyFactors];

    // The strongest first: what a sign-in must have proved, and the class that it reaches so.
    private static readonly (string Method, string Class)[] Classes = [(ManyFactors, MultiFactor), ("pwd", Password)];

    /// <summary>What discovery tells.</summary>
    public static IReadOnlyList<string> Supported { get; } = [.. Classes.Select(one => one.Class)];

    /// <summary>The classes that a sign-in reached, the strongest first; none when we have no name for it.</summary>
    /// <param name="methods">The <c>amr</c> of the sign-in, RFC 8176.</param>
    public static IReadOnlyList<string> Reached(IReadOnlyList<string> methods) => [.. Classes.Where(one => methods.Contains(one.Method, StringComparer.Ordinal)).Select(one => one.Class)];

    /// <summary>Whether a second step after what was proved reaches a wanted class, and what was proved alone reaches none.</summary>
    public static bool NeedSecondStep(IReadOnlyList<string> methods, IReadOnlyList<string> wanted) => !Satisfies(methods, wanted) && Satisfies([.. methods, ManyFactors], wanted);

    /// <summary>Whether one of the wanted classes was reached; true when none is wanted.</summary>
    public static bool Satisfies(IReadOnlyList<string> methods, IReadOnlyList<string> wanted) =>
        wanted.Count == 0 || Reached(methods).Any(one => wanted.Contains(one, StringComparer.Ordinal));
}
