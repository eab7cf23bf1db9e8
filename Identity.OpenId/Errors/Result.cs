using System.Diagnostics.CodeAnalysis;

namespace Identity.OpenId.Errors;

/// <summary>Either what was asked for, or the refusal to answer with.</summary>
[SuppressMessage("Performance", "CA1815:Override equals and operator equals on value types", Justification = "A result is taken apart where it arrives; nobody compares two of them.")]
public readonly struct Result<T>
{
    private readonly T? value;

    private Result(T value) => this.value = value;

    private Result(OAuthError error) => Error = error;

    /// <summary>The refusal, or null when there is a value.</summary>
    public OAuthError? Error { get; }

    public bool Succeeded([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out OAuthError? error)
    {
        (value, error) = (this.value, Error);
        return error is null;
    }

    internal static Result<T> From(T value) => new(value);

    [SuppressMessage("Usage", "CA2225:Operator overloads have named alternates", Justification = "Result.Of is the alternate.")]
    public static implicit operator Result<T>(T value) => new(value);

    [SuppressMessage("Usage", "CA2225:Operator overloads have named alternates", Justification = "A refusal converts where it is returned; that is its only use.")]
    public static implicit operator Result<T>(OAuthError error) => new(error);
}

public static class Result
{
    /// <summary>For interface-typed values, which C# does not convert implicitly.</summary>
    public static Result<T> Of<T>(T value) => Result<T>.From(value);
}
