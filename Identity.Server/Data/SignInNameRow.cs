namespace Identity.Server.Data;

/// <summary>A name that a person signs in with; normalised, and unique across all kinds.</summary>
internal sealed class SignInNameRow
{
    public required string Name { get; init; }

    /// <summary><c>user_name</c>, <c>email</c> or <c>phone_number</c>.</summary>
    public required string Kind { get; init; }

    public int AccountId { get; init; }

    public Account? Account { get; init; }
}
