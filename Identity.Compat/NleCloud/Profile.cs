namespace Identity.Compat.NleCloud;

/// <summary>The document's <c>AccountLoginResultDTO</c>, in its order. The SDKs read the numbers and <c>Gender</c> into types that have no null.</summary>
internal sealed record Profile
{
    public required int UserID { get; init; }

    public string? UserName { get; init; }

    public string? Email { get; init; }

    public string? Telphone { get; init; }

    /// <summary>True unless the account says <c>female</c>.</summary>
    public bool Gender { get; init; }

    public int CollegeID { get; init; }

    public string? CollegeName { get; init; }

    public string? RoleName { get; init; }

    public int RoleID { get; init; }

    public required string AccessToken { get; init; }

    public int AccessTokenErrCode { get; init; }

    public string? ReturnUrl { get; init; }

    public string? DataToken { get; init; }

    public static Profile Of(LegacyMember member, string accessToken) => new()
    {
        UserID = member.Number,
        UserName = member.UserName,
        Email = member.Email,
        Telphone = member.PhoneNumber,
        Gender = !string.Equals(member.Gender, "female", StringComparison.Ordinal),
        CollegeID = Int32("CollegeID", member),
        CollegeName = member.Text("CollegeName"),
        RoleName = member.Text("RoleName"),
        RoleID = Int32("RoleID", member),
        AccessToken = accessToken,
    };

    public override string ToString() => nameof(Profile);

    private static int Int32(string name, LegacyMember member) =>
        member.Integer(name) is { } number and >= int.MinValue and <= int.MaxValue ? (int)number : 0;
}
