namespace Identity.Compat;

internal enum FieldKind
{
    /// <summary>The body has no such field.</summary>
    Absent,
    Text,
    Number,
    True,
    False,
    Null,

    /// <summary>A JSON object or array.</summary>
    Other,
}

/// <summary>One field of a body. JSON keeps its kinds, because the old APIs differ in which they accept; form data is all text.</summary>
/// <param name="Kind">What the client wrote.</param>
/// <param name="Value">The text, or the number as it was written; null for every other kind.</param>
internal readonly record struct LegacyField(FieldKind Kind, string? Value = null)
{
    /// <summary>For APIs that take a number where text is meant, as account names made of digits often come.</summary>
    public string? TextOrNumber => Value;

    /// <summary>It may be a password.</summary>
    public override string ToString() => Kind.ToString();
}
