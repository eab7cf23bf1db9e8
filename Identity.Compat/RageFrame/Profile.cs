namespace Identity.Compat.RageFrame;

/// <summary>The document's <c>member</c>, in its order. Money and <c>address_id</c> are texts there, as the original's database gave them.</summary>
internal sealed record Profile
{
    public required int Id { get; init; }

    public string? Username { get; init; }

    public long Type { get; init; }

    public string? Nickname { get; init; }

    public string? Realname { get; init; }

    public string? HeadPortrait { get; init; }

    /// <summary>0 unknown, 1 male, 2 female.</summary>
    public int Sex { get; init; }

    public string? Qq { get; init; }

    public string? Email { get; init; }

    public string? Birthday { get; init; }

    public required string UserMoney { get; init; }

    public required string AccumulateMoney { get; init; }

    public required string FrozenMoney { get; init; }

    public long UserIntegral { get; init; }

    public required string AddressId { get; init; }

    public int VisitCount { get; init; }

    public string? HomePhone { get; init; }

    public string? Mobile { get; init; }

    public long Role { get; init; }

    /// <summary>Unix seconds, as the other times here.</summary>
    public long LastTime { get; init; }

    public string? LastIp { get; init; }

    public long Provinces { get; init; }

    public long City { get; init; }

    public long Area { get; init; }

    public long Allowance { get; init; }

    public long AllowanceUpdatedAt { get; init; }

    public long Status { get; init; }

    public long Append { get; init; }

    public long Updated { get; init; }

    public static Profile Of(LegacyMember member)
    {
        // A member who never came has the earliest instant there is; the original wrote 0.
        var lastTime = Math.Max(0, member.LastVisitAt.ToUnixTimeSeconds());
        return new()
        {
            Id = member.Number,
            Username = member.UserName ?? member.Email,
            Type = member.Integer("type") ?? 1,
            Nickname = member.Nickname,
            Realname = member.Text("realname") ?? member.Name,
            HeadPortrait = member.Picture,
            Sex = member.Gender switch { "male" => 1, "female" => 2, _ => 0 },
            Qq = member.Text("qq"),
            Email = member.Email,
            Birthday = member.Birthdate,
            UserMoney = member.Text("user_money") ?? "0.00",
            AccumulateMoney = member.Text("accumulate_money") ?? "0.00",
            FrozenMoney = member.Text("frozen_money") ?? "0.00",
            UserIntegral = member.Integer("user_integral") ?? 0,
            AddressId = member.Text("address_id") ?? "0",
            VisitCount = member.VisitCount,
            HomePhone = member.Text("home_phone"),
            Mobile = member.PhoneNumber,
            Role = member.Integer("role") ?? 10,
            LastTime = lastTime,
            LastIp = member.LastAddress,
            Provinces = member.Integer("provinces") ?? 0,
            City = member.Integer("city") ?? 0,
            Area = member.Integer("area") ?? 0,
            Allowance = member.Integer("allowance") ?? 2,

            // The original's rate limiter stamped it on each call of a member that it had once counted.
            AllowanceUpdatedAt = member.Integer("allowance_updated_at") is { } stamped ? Math.Max(stamped, lastTime) : 0,
            Status = member.Integer("status") ?? 10,
            Append = member.CreatedAt.ToUnixTimeSeconds(),

            // There a visit was a change of the member's row like any other.
            Updated = Math.Max(member.UpdatedAt.ToUnixTimeSeconds(), lastTime),
        };
    }
}
