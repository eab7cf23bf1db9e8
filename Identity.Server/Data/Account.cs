using Microsoft.AspNetCore.Identity;

namespace Identity.Server.Data;

/// <summary>
/// A person, with every standard claim of OpenID Connect Core §5.1. ASP.NET Core Identity's user with an integer key
/// inside and an opaque <see cref="Subject"/> outside; its lockout columns are not mapped, for lockout is the throttle's.
/// </summary>
internal sealed class Account : IdentityUser<int>
{
    /// <summary>The <c>sub</c>: random, stable, never reused.</summary>
    public required string Subject { get; init; }

    public string? Name { get; set; }

    public string? GivenName { get; set; }

    public string? FamilyName { get; set; }

    public string? MiddleName { get; set; }

    public string? Nickname { get; set; }

    public string? Profile { get; set; }

    public string? Picture { get; set; }

    public string? Website { get; set; }

    public string? Gender { get; set; }

    /// <summary>ISO 8601 date, or a year alone.</summary>
    public string? Birthdate { get; set; }

    public string? Zoneinfo { get; set; }

    public string? Locale { get; set; }

    /// <summary>The JSON object of OpenID Connect Core §5.1.1.</summary>
    public string? Address { get; set; }

    /// <summary>Set by the command line only, never derived from a legacy role.</summary>
    public bool Admin { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    public DateTimeOffset? DisabledAt { get; set; }

    /// <summary>Everything issued before this instant is void.</summary>
    public DateTimeOffset? SessionsEndedAt { get; set; }

    public bool Outlived(DateTimeOffset issuedAt) => SessionsEndedAt is { } ended && issuedAt < ended;
}
