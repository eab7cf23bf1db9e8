using System.Collections;
using System.Collections.Frozen;
using Identity.OpenId.Errors;

namespace Identity.OpenId.Scopes;

/// <summary>A set of scope tokens in the order they were first named, RFC 6749 §3.3.</summary>
public sealed class ScopeSet : IReadOnlyCollection<string>, IEquatable<ScopeSet>
{
    private readonly string[] tokens;
    private readonly FrozenSet<string> set;

    private ScopeSet(string[] tokens)
    {
        this.tokens = tokens;
        set = tokens.ToFrozenSet(StringComparer.Ordinal);
    }

    public static ScopeSet Empty { get; } = new([]);

    public int Count => tokens.Length;

    public static ScopeSet Of(params IEnumerable<string> tokens) => new([.. tokens.Distinct(StringComparer.Ordinal)]);

    /// <summary>Reads <c>scope-token *( SP scope-token )</c>; anything else is <c>invalid_scope</c>. Runs of spaces are forgiven.</summary>
    public static Result<ScopeSet> Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return Empty;
        }

        return text.All(c => c is ' ' or '!' or (>= '#' and <= '[') or (>= ']' and <= '~'))
            ? Of(text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            : OAuthError.InvalidScope("The scope is malformed.");
    }

    public bool Contains(string token) => set.Contains(token);

    public bool IsSubsetOf(ScopeSet other) => Array.TrueForAll(tokens, other.Contains);

    public ScopeSet Intersect(ScopeSet other) => Of(tokens.Where(other.Contains));

    public ScopeSet Except(Func<string, bool> unwanted) => Of(tokens.Where(token => !unwanted(token)));

    public bool Equals(ScopeSet? other) => other is not null && set.SetEquals(other.set);

    public override bool Equals(object? obj) => Equals(obj as ScopeSet);

    public override int GetHashCode() => tokens.Aggregate(0, (sum, token) => sum ^ StringComparer.Ordinal.GetHashCode(token));

    public override string ToString() => string.Join(' ', tokens);

    public IEnumerator<string> GetEnumerator() => ((IEnumerable<string>)tokens).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
