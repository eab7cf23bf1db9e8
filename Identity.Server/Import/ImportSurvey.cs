using System.Security.Cryptography;
using Identity.Server.Accounts.ForeignHashes;

namespace Identity.Server.Import;

/// <summary>What a first look through the file found, before anything is written.</summary>
/// <param name="Rows">Records, readable or not.</param>
/// <param name="Fast">Rows whose hash must be wrapped.</param>
/// <param name="Passwordless">Rows without any hash.</param>
internal sealed record ImportSurvey(int Rows, int Fast, int Passwordless)
{
    public static ImportSurvey Of(IEnumerable<ReadRow> rows)
    {
        var (count, fast, passwordless) = (0, 0, 0);
        foreach (var row in rows)
        {
            count++;
            fast += row.Person?.Hash.Fast is null ? 0 : 1;
            passwordless += row.Person?.Hash is { Fast: null, Stored: null } ? 1 : 0;
        }

        return new(count, fast, passwordless);
    }

    /// <summary>How many hashes a second all processors wrap together, tried out.</summary>
    public static double WrapRate(int iterations, TimeProvider clock)
    {
        var (template, digest) = (DigestTemplate.Read("md5")!, RandomNumberGenerator.GetBytes(16));
        var tries = 4 * Environment.ProcessorCount;
        WrappedHash.Wrap(template, digest, [], iterations);
        var start = clock.GetTimestamp();
        Parallel.For(0, tries, _ => WrappedHash.Wrap(template, digest, [], iterations));
        return tries / Math.Max(clock.GetElapsedTime(start).TotalSeconds, 0.000_001);
    }
}
