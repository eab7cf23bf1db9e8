using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Identity.Server.Data;

/// <summary>What is on disk. The schema itself is the numbered SQL beside it; a test holds the two together.</summary>
internal sealed class IdentityDb(DbContextOptions<IdentityDb> options) : DbContext(options)
{
    public DbSet<SettingRow> Settings => Set<SettingRow>();

    public DbSet<ChangeRow> Changes => Set<ChangeRow>();

    public DbSet<RootKeyRow> RootKeys => Set<RootKeyRow>();

    public DbSet<SigningKeyRow> SigningKeys => Set<SigningKeyRow>();

    public DbSet<DataProtectionKeyRow> DataProtectionKeys => Set<DataProtectionKeyRow>();

    public DbSet<ClientRow> Clients => Set<ClientRow>();

    public DbSet<Account> Accounts => Set<Account>();

    public DbSet<SignInNameRow> SignInNames => Set<SignInNameRow>();

    public DbSet<RefreshFamilyRow> RefreshFamilies => Set<RefreshFamilyRow>();

    public DbSet<RevokedTokenRow> RevokedTokens => Set<RevokedTokenRow>();

    public DbSet<SessionRow> Sessions => Set<SessionRow>();

    public DbSet<SessionClientRow> SessionClients => Set<SessionClientRow>();

    public DbSet<ConsentRow> Consents => Set<ConsentRow>();

    public DbSet<AuthorizeRequestRow> AuthorizeRequests => Set<AuthorizeRequestRow>();

    public DbSet<AuthorizationCodeRow> AuthorizationCodes => Set<AuthorizationCodeRow>();

    public DbSet<DeviceCodeRow> DeviceCodes => Set<DeviceCodeRow>();

    public DbSet<UsedProofRow> UsedProofs => Set<UsedProofRow>();

    public DbSet<ReferenceTokenRow> ReferenceTokens => Set<ReferenceTokenRow>();

    public DbSet<LogoutDeliveryRow> LogoutDeliveries => Set<LogoutDeliveryRow>();

    public DbSet<ThrottleRow> Throttle => Set<ThrottleRow>();

    public DbSet<EmailCodeRow> EmailCodes => Set<EmailCodeRow>();

    public DbSet<LegacyMemberRow> LegacyMembers => Set<LegacyMemberRow>();

    public DbSet<LegacyCounterRow> LegacyCounters => Set<LegacyCounterRow>();

    public DbSet<ApiKeyRow> ApiKeys => Set<ApiKeyRow>();

    public DbSet<LegacyUsageRow> LegacyUsage => Set<LegacyUsageRow>();

    public DbSet<ExternalIdentityRow> ExternalIdentities => Set<ExternalIdentityRow>();

    public DbSet<ExternalUnionRow> ExternalUnions => Set<ExternalUnionRow>();

    public DbSet<ExternalAppTokenRow> ExternalAppTokens => Set<ExternalAppTokenRow>();

    public DbSet<PictureRow> Pictures => Set<PictureRow>();

    public DbSet<EmailChangeRow> EmailChanges => Set<EmailChangeRow>();

    public DbSet<PasskeyRow> Passkeys => Set<PasskeyRow>();

    public DbSet<AuditEventRow> AuditEvents => Set<AuditEventRow>();

    public DbSet<OutboxMailRow> OutboxMails => Set<OutboxMailRow>();

    public DbSet<JobRunRow> JobRuns => Set<JobRunRow>();

    public DbSet<TotpSecretRow> TotpSecrets => Set<TotpSecretRow>();

    public DbSet<RecoveryCodeRow> RecoveryCodes => Set<RecoveryCodeRow>();

    public DbSet<AppPasswordRow> AppPasswords => Set<AppPasswordRow>();

    public DbSet<PendingSignInRow> PendingSignIns => Set<PendingSignInRow>();

    public DbSet<RememberedDeviceRow> RememberedDevices => Set<RememberedDeviceRow>();

    /// <summary>Tells the other nodes that a snapshot is old; belongs into the transaction of the change itself.</summary>
    public Task BumpAsync(string name, CancellationToken cancellationToken) => Database.ExecuteSqlAsync(
        $"INSERT INTO changes (name, version) VALUES ({name}, 1) ON CONFLICT (name) DO UPDATE SET version = changes.version + 1", cancellationToken);

    /// <summary>Holds back every other transaction that asks for the same name, until this one ends. SQLite has one writer anyway.</summary>
    public Task LockAsync(string name, CancellationToken cancellationToken) => Database.ExecuteSqlAsync(
        $"INSERT INTO changes (name, version) VALUES ({name}, 0) ON CONFLICT (name) DO UPDATE SET version = changes.version", cancellationToken);

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        // SQLite cannot compare DateTimeOffset; milliseconds compare everywhere.
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UnixMilliseconds>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<SettingRow>().ToTable("settings").HasKey(row => row.Name);
        modelBuilder.Entity<ChangeRow>().ToTable("changes").HasKey(row => row.Name);
        modelBuilder.Entity<RootKeyRow>().ToTable("root_keys").Property(row => row.Id).ValueGeneratedNever();
        modelBuilder.Entity<SigningKeyRow>(keys =>
        {
            keys.ToTable("signing_keys").HasKey(row => row.Kid);
            keys.HasIndex(row => new { row.Algorithm, row.Sequence }).IsUnique();
        });
        modelBuilder.Entity<DataProtectionKeyRow>().ToTable("data_protection_keys");
        modelBuilder.Entity<ClientRow>().ToTable("clients").HasKey(row => row.ClientId);
        modelBuilder.Entity<Account>(accounts =>
        {
            accounts.ToTable("accounts");
            accounts.HasIndex(row => row.Subject).IsUnique();
            accounts.Property(row => row.ConcurrencyStamp).IsConcurrencyToken();
            accounts.Property(row => row.EmailConfirmed).HasColumnName("email_verified");
            accounts.Property(row => row.PhoneNumberConfirmed).HasColumnName("phone_number_verified");
            accounts.Ignore(row => row.NormalizedUserName).Ignore(row => row.NormalizedEmail);
            accounts.Ignore(row => row.LockoutEnd).Ignore(row => row.LockoutEnabled).Ignore(row => row.AccessFailedCount);
        });
        modelBuilder.Entity<SignInNameRow>().ToTable("sign_in_names").HasKey(row => row.Name);
        modelBuilder.Entity<RefreshFamilyRow>(families =>
        {
            families.ToTable("refresh_families");
            families.HasIndex(row => row.AccountId);
            families.HasIndex(row => row.ExpiresAt);
            families.HasIndex(row => row.Sid);
            families.HasIndex(row => new { row.AccountId, row.ClientId, row.SessionKey }, "session").IsUnique()
                .HasFilter("session_key IS NOT NULL AND revoked_at IS NULL");
        });
        modelBuilder.Entity<SessionRow>(sessions =>
        {
            sessions.ToTable("sessions").HasKey(row => row.Sid);
            sessions.HasIndex(row => row.HandleHash).IsUnique();
            sessions.HasIndex(row => row.ExpiresAt);
        });
        modelBuilder.Entity<SessionClientRow>(clients =>
        {
            clients.ToTable("session_clients").HasKey(row => new { row.Sid, row.ClientId });
            clients.HasOne<SessionRow>().WithMany().HasForeignKey(row => row.Sid);
        });
        modelBuilder.Entity<ConsentRow>(consents =>
        {
            consents.ToTable("consents").HasKey(row => new { row.AccountId, row.ClientId });
            consents.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountId);
        });
        modelBuilder.Entity<AuthorizeRequestRow>(requests =>
        {
            requests.ToTable("authorize_requests").HasKey(row => row.HandleHash);
            requests.HasIndex(row => row.ExpiresAt);
        });
        modelBuilder.Entity<AuthorizationCodeRow>(codes =>
        {
            codes.ToTable("authorization_codes").HasKey(row => row.CodeHash);
            codes.HasIndex(row => row.ExpiresAt);
        });
        modelBuilder.Entity<DeviceCodeRow>(codes =>
        {
            codes.ToTable("device_codes").HasKey(row => row.DeviceHash);
            codes.HasIndex(row => row.UserHash).IsUnique();
            codes.HasIndex(row => row.ExpiresAt);
            codes.HasOne(row => row.Account).WithMany().HasForeignKey(row => row.AccountId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<UsedProofRow>(proofs =>
        {
            proofs.ToTable("used_proofs").HasKey(row => row.Key);
            proofs.HasIndex(row => row.ExpiresAt);
        });
        modelBuilder.Entity<ReferenceTokenRow>(tokens =>
        {
            tokens.ToTable("reference_tokens").HasKey(row => row.HandleHash);
            tokens.HasIndex(row => row.ExpiresAt);
        });
        modelBuilder.Entity<LogoutDeliveryRow>(deliveries =>
        {
            deliveries.ToTable("logout_deliveries").HasKey(row => new { row.Sid, row.ClientId });
            deliveries.HasIndex(row => new { row.State, row.DueAt });
        });
        modelBuilder.Entity<PictureRow>(pictures =>
        {
            pictures.ToTable("pictures").HasKey(row => row.AccountId);
            pictures.Property(row => row.AccountId).ValueGeneratedNever();
            pictures.HasOne(row => row.Account).WithOne().HasForeignKey<PictureRow>(row => row.AccountId);
            pictures.HasIndex(row => row.Name).IsUnique();
        });
        modelBuilder.Entity<EmailChangeRow>(changes =>
        {
            changes.ToTable("email_changes").HasKey(row => row.AccountId);
            changes.Property(row => row.AccountId).ValueGeneratedNever();
            changes.HasOne(row => row.Account).WithOne().HasForeignKey<EmailChangeRow>(row => row.AccountId);
        });
        modelBuilder.Entity<PasskeyRow>().ToTable("passkeys").HasKey(row => row.CredentialId);
        modelBuilder.Entity<AuditEventRow>().ToTable("audit_events").HasIndex(row => row.At);
        modelBuilder.Entity<OutboxMailRow>(mails =>
        {
            mails.ToTable("outbox_mails").HasIndex(row => new { row.State, row.DueAt });
            mails.Property(row => row.Id).ValueGeneratedNever();
        });
        modelBuilder.Entity<TotpSecretRow>(secrets =>
        {
            secrets.ToTable("totp_secrets").HasKey(row => row.AccountId);
            secrets.Property(row => row.AccountId).ValueGeneratedNever();
            secrets.HasOne(row => row.Account).WithOne().HasForeignKey<TotpSecretRow>(row => row.AccountId);
        });
        modelBuilder.Entity<RecoveryCodeRow>().ToTable("recovery_codes").HasKey(row => row.Mac);
        modelBuilder.Entity<AppPasswordRow>(passwords =>
        {
            passwords.ToTable("app_passwords").HasKey(row => row.Mac);
            // By convention it would be the key, and what is left of that is an optional column.
            passwords.Property(row => row.Id).IsRequired();
        });
        modelBuilder.Entity<PendingSignInRow>(pending =>
        {
            pending.ToTable("pending_sign_ins").HasKey(row => row.HandleHash);
            pending.HasIndex(row => row.ExpiresAt);
        });
        modelBuilder.Entity<RememberedDeviceRow>(devices =>
        {
            devices.ToTable("remembered_devices").HasKey(row => new { row.HandleHash, row.AccountId });
            devices.HasIndex(row => row.ExpiresAt);
        });
        modelBuilder.Entity<JobRunRow>().ToTable("job_runs").HasKey(row => new { row.Job, row.Node });
        modelBuilder.Entity<RevokedTokenRow>(tokens =>
        {
            tokens.ToTable("revoked_tokens").HasKey(row => row.Jti);
            tokens.HasIndex(row => row.ExpiresAt);
        });
        modelBuilder.Entity<ThrottleRow>(throttle =>
        {
            throttle.ToTable("throttle").HasKey(row => row.Key);
            throttle.HasIndex(row => row.Since);
        });
        modelBuilder.Entity<EmailCodeRow>(codes =>
        {
            codes.ToTable("email_codes").HasKey(row => row.Key);
            codes.HasIndex(row => row.SentAt);
        });
        modelBuilder.Entity<LegacyMemberRow>(members =>
        {
            members.ToTable("legacy_members").HasKey(row => new { row.Api, row.AccountId });
            members.HasIndex(row => new { row.Api, row.Number }).IsUnique();
        });
        modelBuilder.Entity<LegacyCounterRow>().ToTable("legacy_counters").HasKey(row => row.Api);
        modelBuilder.Entity<ApiKeyRow>(keys =>
        {
            keys.ToTable("api_keys").HasKey(row => row.AccountId);
            keys.Property(row => row.AccountId).ValueGeneratedNever();
            keys.HasOne(row => row.Account).WithOne().HasForeignKey<ApiKeyRow>(row => row.AccountId);
            keys.HasIndex(row => row.Mac).IsUnique();
        });
        modelBuilder.Entity<LegacyUsageRow>().ToTable("legacy_usage").HasKey(row => new { row.Api, row.Route, row.Version, row.Outcome });
        modelBuilder.Entity<ExternalIdentityRow>().ToTable("external_identities").HasKey(row => new { row.Provider, row.AppId, row.OpenId });
        modelBuilder.Entity<ExternalUnionRow>().ToTable("external_unions").HasKey(row => new { row.Provider, row.Developer, row.UnionId });
        modelBuilder.Entity<ExternalAppTokenRow>().ToTable("external_app_tokens").HasKey(row => row.AppId);

        foreach (var entity in modelBuilder.Model.GetEntityTypes())
        {
            foreach (var property in entity.GetProperties())
            {
                property.SetColumnName(SnakeCase(property.GetColumnName()));
            }
        }
    }

    private static string SnakeCase(string name) =>
        string.Concat(name.Select((c, i) => char.IsAsciiLetterUpper(c) ? (i > 0 ? "_" : "") + char.ToLowerInvariant(c) : c.ToString()));

    private sealed class UnixMilliseconds() : ValueConverter<DateTimeOffset, long>(
        instant => instant.ToUnixTimeMilliseconds(),
        milliseconds => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds));
}
