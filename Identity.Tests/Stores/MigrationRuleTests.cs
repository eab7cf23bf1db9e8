using Identity.Server.Data;

namespace Identity.Tests.Stores;

/// <summary>Expand, then contract: the version before goes on working on a schema that this version has migrated. docs/operations.md tells operators what they may rely on.</summary>
public sealed class MigrationRuleTests
{
    // Nothing ran before the first one.
    private const int Baseline = 1;

    public static TheoryData<string> Migrations => [.. Migrator.Steps().Where(step => step.Number > Baseline).Select(step => step.Name)];

    [Theory, MemberData(nameof(Migrations))]
    public void A_migration_leaves_the_version_before_at_work(string name) => Assert.Empty(MigrationRule.Breaches(Migrator.Read(name)));

    [Fact]
    public void Numbers_are_used_once() => Assert.Distinct(Migrator.Steps().Select(step => step.Number));

    [Theory]
    [InlineData("DROP TABLE consents;", "DROP TABLE consents: only CREATE TABLE, CREATE INDEX and ALTER TABLE ... ADD COLUMN expand a schema")]
    [InlineData("drop index ix_sessions_sid", "drop index ix_sessions_sid: only CREATE TABLE, CREATE INDEX and ALTER TABLE ... ADD COLUMN expand a schema")]
    [InlineData("DELETE FROM clients", "DELETE FROM clients: only CREATE TABLE, CREATE INDEX and ALTER TABLE ... ADD COLUMN expand a schema")]
    [InlineData("UPDATE sessions SET issuer = ''", "UPDATE sessions SET issuer = '': only CREATE TABLE, CREATE INDEX and ALTER TABLE ... ADD COLUMN expand a schema")]
    [InlineData("CREATE TRIGGER t AFTER INSERT ON clients BEGIN SELECT 1", "CREATE TRIGGER t AFTER INSERT ON clients BEGIN SELECT 1: only CREATE TABLE, CREATE INDEX and ALTER TABLE ... ADD COLUMN expand a schema")]
    [InlineData("ALTER TABLE consents RENAME TO allowed", "ALTER TABLE consents RENAME TO allowed: only CREATE TABLE, CREATE INDEX and ALTER TABLE ... ADD COLUMN expand a schema")]
    [InlineData("ALTER TABLE consents RENAME COLUMN scope TO scopes", "ALTER TABLE consents RENAME COLUMN scope TO scopes: only CREATE TABLE, CREATE INDEX and ALTER TABLE ... ADD COLUMN expand a schema")]
    [InlineData("ALTER TABLE consents DROP COLUMN scope", "ALTER TABLE consents DROP COLUMN scope: only CREATE TABLE, CREATE INDEX and ALTER TABLE ... ADD COLUMN expand a schema")]
    [InlineData("ALTER TABLE consents ALTER COLUMN scope TYPE BIGINT", "ALTER TABLE consents ALTER COLUMN scope TYPE BIGINT: only CREATE TABLE, CREATE INDEX and ALTER TABLE ... ADD COLUMN expand a schema")]
    [InlineData("ALTER TABLE consents ADD CONSTRAINT one UNIQUE (scope)", "ALTER TABLE consents ADD CONSTRAINT one UNIQUE (scope): only CREATE TABLE, CREATE INDEX and ALTER TABLE ... ADD COLUMN expand a schema")]
    [InlineData("ALTER TABLE consents ADD COLUMN why TEXT NOT NULL", "consents.why is NOT NULL without DEFAULT: the version before does not write it")]
    [InlineData("ALTER TABLE consents\n  add column why text not null -- with a word, DEFAULT ''\n", "consents.why is NOT NULL without DEFAULT: the version before does not write it")]
    [InlineData("ALTER TABLE consents ADD COLUMN why TEXT UNIQUE", "consents.why is held to a rule that the version before does not know")]
    [InlineData("ALTER TABLE consents ADD COLUMN why TEXT CHECK (why <> '')", "consents.why is held to a rule that the version before does not know")]
    [InlineData("ALTER TABLE consents ADD COLUMN by INTEGER REFERENCES accounts (id)", "consents.by is held to a rule that the version before does not know")]
    [InlineData("CREATE UNIQUE INDEX ix ON consents (client_id)", "The unique index ix on consents refuses rows that the version before writes")]
    [InlineData("CREATE TABLE fresh (a TEXT); CREATE UNIQUE INDEX ix ON consents (client_id)", "The unique index ix on consents refuses rows that the version before writes")]
    [InlineData("CREATE TABLE fresh (a TEXT); DROP TABLE fresh", "DROP TABLE fresh: only CREATE TABLE, CREATE INDEX and ALTER TABLE ... ADD COLUMN expand a schema")]
    public void What_would_break_it_is_refused(string sql, string sentence) => Assert.Equal(sentence, Assert.Single(MigrationRule.Breaches(sql)));

    [Theory]
    [InlineData("CREATE TABLE fresh (a TEXT NOT NULL UNIQUE CHECK (a <> ';')); CREATE UNIQUE INDEX ix ON fresh (a);")]
    [InlineData("CREATE INDEX ix ON consents (client_id)")]
    [InlineData("ALTER TABLE consents ADD COLUMN why TEXT; ALTER TABLE consents ADD COLUMN how TEXT NOT NULL DEFAULT '; DROP TABLE x'")]
    // No row of the version before has a value there.
    [InlineData("ALTER TABLE consents ADD COLUMN why TEXT; CREATE UNIQUE INDEX ix ON consents (why)")]
    public void What_only_adds_is_not(string sql) => Assert.Empty(MigrationRule.Breaches(sql));
}
