using System.Security.Cryptography;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Keys;

/// <summary>Finds the master key, makes it at the first start, and refuses a database that was made with another one.</summary>
internal sealed partial class MasterKeyFile(MasterKey master, KeysOptions options, DatabaseAddress address, IdentityStore store, IHostEnvironment environment, ILogger<MasterKeyFile> logger)
{
    private const string FingerprintSetting = "master_key_fingerprint";

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        var path = FindPath();
        var known = await store.ReadAsync(
            db => db.Settings.Where(row => row.Name == FingerprintSetting).Select(row => row.Value).SingleOrDefaultAsync(cancellationToken), cancellationToken);
        if (known is not null && !File.Exists(path))
        {
            throw new SettingsException($"Keys:MasterKeyFile: {path} does not exist, and the database cannot be read without the key it was made with.");
        }

        master.Open(File.Exists(path) ? Read(path) : Create(path));
        if (known is null)
        {
            await store.WriteAsync(
                db => db.Database.ExecuteSqlAsync($"INSERT INTO settings (name, value) VALUES ({FingerprintSetting}, {master.Fingerprint}) ON CONFLICT DO NOTHING", cancellationToken), cancellationToken);
            known = await store.ReadAsync(
                db => db.Settings.Where(row => row.Name == FingerprintSetting).Select(row => row.Value).SingleAsync(cancellationToken), cancellationToken);
        }

        if (!CryptographicOperations.FixedTimeEquals(Convert.FromHexString(known), Convert.FromHexString(master.Fingerprint)))
        {
            throw new SettingsException($"Keys:MasterKeyFile: {path} is not the key that the database was made with.");
        }
    }

    /// <summary>Where the key is or will be; refuses where it would have to be configured.</summary>
    public string FindPath()
    {
        if (options.MasterKeyFile is { Length: > 0 } configured)
        {
            return Path.GetFullPath(configured);
        }

        if (address.File is { } file)
        {
            return Path.ChangeExtension(file, ".key");
        }

        return environment.IsProduction()
            ? throw new SettingsException("Keys:MasterKeyFile is missing: with PostgreSQL in Production the master key must be configured.")
            : Path.GetFullPath("identity.key");
    }

    private static byte[] Read(string path)
    {
        var key = new byte[MasterKey.Size];
        return Convert.TryFromBase64String(File.ReadAllText(path).Trim(), key, out var length) && length == MasterKey.Size
            ? key
            : throw new SettingsException($"Keys:MasterKeyFile: {path} must hold the base64 of 32 octets.");
    }

    // Written beside its place and moved there, so that nobody ever reads half a key; when two nodes start at once, the first to move wins.
    private byte[] Create(string path)
    {
        var key = RandomNumberGenerator.GetBytes(MasterKey.Size);
        var draft = $"{path}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        var how = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            using var stream = new FileStream(draft, how);
            stream.Write(System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(key) + "\n"));
            stream.Flush(flushToDisk: true);
        }
        catch (Exception mistake) when (mistake is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"Keys:MasterKeyFile: {path} cannot be written.", mistake);
        }

        try
        {
            File.Move(draft, path, overwrite: false);
            Created(path);
            return key;
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(draft);
            return Read(path);
        }
    }

    [LoggerMessage(1201, LogLevel.Warning, "Made a new master key in {Path}. Keep a copy apart from the database: without it the database cannot be used.")]
    private partial void Created(string path);
}
