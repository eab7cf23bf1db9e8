namespace Identity.OpenId.Authorize;

/// <summary>What a request may ask by <c>prompt</c>: OpenID Connect Core §3.1.2.1, and Initiating User Registration 1.0 where people may make accounts.</summary>
public sealed class PromptValues(bool registration)
{
    /// <summary>The person wants an account first, Initiating User Registration 1.0 §4.</summary>
    public const string Create = "create";

    /// <summary>As the metadata says them.</summary>
    public IReadOnlyList<string> Offered { get; } = registration ? ["none", "login", "consent", "select_account", Create] : ["none", "login", "consent", "select_account"];
}
