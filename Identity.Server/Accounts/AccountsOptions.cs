namespace Identity.Server.Accounts;

/// <summary>Section <c>Accounts</c>.</summary>
internal sealed class AccountsOptions
{
    /// <summary>PBKDF2-HMAC-SHA512 rounds of a new password hash; an older hash is brought to it at the next sign-in. Default 210,000.</summary>
    public int PasswordIterations { get; set; } = 210_000;

    /// <summary>Least length of a new password. Default 8.</summary>
    public int PasswordMinLength { get; set; } = 8;

    /// <summary>Whether people may make accounts for themselves on the pages. Default true. The legacy Register is open where CloudMind's API is.</summary>
    public bool Registration { get; set; } = true;

    /// <summary>Days for which a browser may be remembered in which a person took both steps, so that their password is enough there; 0: none is. Default 30.</summary>
    public int RememberDeviceDays { get; set; } = 30;

    public HashingOptions Hashing { get; set; } = new();

    public ThrottleOptions Throttle { get; set; } = new();

    public PasskeysOptions Passkeys { get; set; } = new();

    public IEnumerable<string> Mistakes(bool production)
    {
        if (PasswordIterations < (production ? 100_000 : 1) || PasswordIterations > 10_000_000)
        {
            yield return $"PasswordIterations must be between {(production ? 100_000 : 1)} and 10000000.";
        }

        if (PasswordMinLength is < 6 or > 128)
        {
            yield return "PasswordMinLength must be between 6 and 128.";
        }

        if (RememberDeviceDays is < 0 or > 365)
        {
            yield return "RememberDeviceDays must be between 0 and 365; 0 means that no device is remembered.";
        }

        if (Hashing.Concurrency is < 0 or > 1024)
        {
            yield return "Hashing:Concurrency must be between 0 and 1024; 0 means one for each processor.";
        }

        if (Hashing.Queue is < 0 or > 10_000)
        {
            yield return "Hashing:Queue must be between 0 and 10000.";
        }

        foreach (var (name, value) in new[]
        {
            ("FailuresPerName", Throttle.FailuresPerName),
            ("FailuresPerNameAndAddress", Throttle.FailuresPerNameAndAddress),
            ("FailuresPerAddress", Throttle.FailuresPerAddress),
            ("CodesPerAddressAndHour", Throttle.CodesPerAddressAndHour),
        })
        {
            if (value < 1)
            {
                yield return $"Throttle:{name} must be at least 1.";
            }
        }
    }
}

/// <summary>Section <c>Accounts:Hashing</c>.</summary>
internal sealed class HashingOptions
{
    /// <summary>How many passwords are hashed at once. Default 0: one for each processor.</summary>
    public int Concurrency { get; set; }

    /// <summary>How many sign-ins may wait for each that is being hashed; one more is told to come back (503). Default 40: some ten seconds at the default rounds.</summary>
    public int Queue { get; set; } = 40;

    internal int AtOnce => Concurrency > 0 ? Concurrency : Environment.ProcessorCount;
}

/// <summary>Section <c>Accounts:Throttle</c>.</summary>
internal sealed class ThrottleOptions
{
    /// <summary>Failures for one sign-in name before it locks for 1, 2, 4 ... 15 minutes. Default 5.</summary>
    public int FailuresPerName { get; set; } = 5;

    /// <summary>Failures for one name from one address in ten minutes. Default 10.</summary>
    public int FailuresPerNameAndAddress { get; set; } = 10;

    /// <summary>Failures from one address (IPv4, or IPv6 /64) in ten minutes. Default 100.</summary>
    public int FailuresPerAddress { get; set; } = 100;

    /// <summary>E-mail codes asked for from one address in an hour. Default 30.</summary>
    public int CodesPerAddressAndHour { get; set; } = 30;

    /// <summary>One counter for whatever is guessed from one address: passwords and API keys.</summary>
    internal ThrottleRule PerAddress => new("address", FailuresPerAddress, TimeSpan.FromMinutes(10));
}

/// <summary>Section <c>Accounts:Passkeys</c>.</summary>
internal sealed class PasskeysOptions
{
    /// <summary>The relying party identifier (WebAuthn §4), which each passkey is bound to for ever: the host of the issuer or a domain above it. Default: the host of the issuer.</summary>
    public string? RelyingPartyId { get; set; }
}
