namespace Identity.Compat.NleCloud;

/// <summary>The document's <c>AccountApiKeyModifyDTO</c>, in its order.</summary>
internal sealed record ApiKeyProfile
{
    public required int UserID { get; init; }

    /// <summary>Whether the account has a key.</summary>
    public bool IsApply { get; init; }

    public string? ApiKey { get; init; }

    public string? ApiKeyExpire { get; init; }

    public int OperUserID { get; init; }

    public string? ClientIP { get; init; }

    public string? ReturnUrl { get; init; }

    public string? DataToken { get; init; }

    public static ApiKeyProfile Of(int number, StoredApiKey stored) => new()
    {
        UserID = number,
        IsApply = stored.Key is not null,
        ApiKey = stored.Key,
        ApiKeyExpire = stored.ExpiresAt is { } instant ? ChinaTime.Write(instant) : null,
        OperUserID = stored.SetByNumber,
        ClientIP = stored.SetFrom,
    };

    public override string ToString() => nameof(ApiKeyProfile);
}
