namespace Identity.Compat.CloudMind;

/// <summary>Reads the fields that a route requires and keeps the first mistake, worded as the original's request binder did.</summary>
internal sealed class FieldReader(LegacyBody body)
{
    /// <summary>After the last read, the verdict: an answer, or null when all went well.</summary>
    public LegacyAnswer? Mistake { get; private set; } = body.Mistake == BodyMistake.None ? null : Errors.Table.Of(body.Mistake);

    /// <summary>A text, which may be empty: the original took an empty text for a value too.</summary>
    /// <param name="name">The documented name.</param>
    /// <param name="alias">A second name that counts when the documented one is absent.</param>
    /// <param name="maxLength">In UTF-16 units.</param>
    public string Required(string name, string? alias = null, int maxLength = BoundedBody.MaxLength)
    {
        var field = body[name];
        if (field.Kind == FieldKind.Absent && alias is not null)
        {
            field = body[alias];
        }

        switch (field)
        {
            case { Kind: FieldKind.Absent or FieldKind.Null }:
                Mistake ??= NotSet(name);
                return "";
            case { Kind: FieldKind.Text, Value: { } text } when text.Length <= maxLength:
                return text;
            case { Kind: FieldKind.Text }:
                Mistake ??= Errors.BadRequest($"field \"{name}\" is too long");
                return "";
            default:
                Mistake ??= Errors.BadRequest($"type mismatch for field \"{name}\"");
                return "";
        }
    }

    /// <summary>A text with at least one character, for what no account could have otherwise.</summary>
    public string Filled(string name, string? alias = null, int maxLength = BoundedBody.MaxLength)
    {
        var text = Required(name, alias, maxLength);
        if (text.Length == 0)
        {
            Mistake ??= NotSet(name);
        }

        return text;
    }

    private static LegacyAnswer NotSet(string name) => Errors.BadRequest($"field \"{name}\" is not set");
}
