using System.Data.Common;
using Identity.Server.Data;
using Identity.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Identity.Tests.Stores;

public sealed class SqliteSchemaTests(SqliteStore store) : SchemaContract(store), IClassFixture<SqliteStore>
{
    // To SQLite every whole number is one.
    protected override string TypeName(string type) => type is "BIGINT" or "BOOLEAN" ? "INTEGER" : type;

    protected override string Columns =>
        """
        SELECT tables.name, columns.name, columns.type, columns."notnull" = 0, columns.pk
        FROM sqlite_master AS tables JOIN pragma_table_info(tables.name) AS columns
        WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite_%'
        """;

    protected override string Indexes =>
        """
        SELECT tables.name, indexes.name, indexes."unique", COALESCE(master.sql, ''),
            (SELECT group_concat(parts.name, ',') FROM (SELECT name FROM pragma_index_info(indexes.name) ORDER BY seqno) AS parts)
        FROM sqlite_master AS tables JOIN pragma_index_list(tables.name) AS indexes LEFT JOIN sqlite_master AS master ON master.name = indexes.name
        WHERE tables.type = 'table' AND indexes.origin = 'c'
        """;

    protected override string ForeignKeys =>
        """SELECT tables.name, keys."from", keys."table", keys."to", keys.on_delete FROM sqlite_master AS tables JOIN pragma_foreign_key_list(tables.name) AS keys WHERE tables.type = 'table'""";
}

public sealed class PostgresSchemaTests(PostgresStore store) : SchemaContract(store), IClassFixture<PostgresStore>
{
    protected override string Columns =>
        """
        SELECT columns.table_name, columns.column_name, columns.data_type, columns.is_nullable = 'YES',
            COALESCE((SELECT array_position(keys.indkey::smallint[], columns.ordinal_position::smallint) + 1 FROM pg_index AS keys WHERE keys.indrelid = columns.table_name::regclass AND keys.indisprimary), 0)
        FROM information_schema.columns AS columns WHERE columns.table_schema = 'public'
        """;

    protected override string Indexes =>
        """
        SELECT tables.relname, indexes.relname, CASE WHEN keys.indisunique THEN 1 ELSE 0 END, pg_get_indexdef(keys.indexrelid),
            (SELECT string_agg(attributes.attname, ',' ORDER BY attributes.attnum) FROM pg_attribute AS attributes WHERE attributes.attrelid = keys.indexrelid)
        FROM pg_index AS keys JOIN pg_class AS tables ON tables.oid = keys.indrelid JOIN pg_class AS indexes ON indexes.oid = keys.indexrelid
        JOIN pg_namespace AS spaces ON spaces.oid = tables.relnamespace
        WHERE spaces.nspname = 'public' AND NOT keys.indisprimary
        """;

    protected override string ForeignKeys =>
        """
        SELECT keys.conrelid::regclass::text, sources.attname, keys.confrelid::regclass::text, targets.attname, CASE keys.confdeltype WHEN 'c' THEN 'CASCADE' ELSE keys.confdeltype::text END
        FROM pg_constraint AS keys
        JOIN pg_attribute AS sources ON sources.attrelid = keys.conrelid AND sources.attnum = keys.conkey[1]
        JOIN pg_attribute AS targets ON targets.attrelid = keys.confrelid AND targets.attnum = keys.confkey[1]
        WHERE keys.contype = 'f'
        """;
}

/// <summary>The schema that the hand-written SQL makes, held against the model that the code queries by.</summary>
public abstract class SchemaContract
{
    private readonly StoreHost host;

    protected SchemaContract(StoreHost host)
    {
        this.host = host;
        if (host.Missing is { } reason)
        {
            Assert.Skip(reason);
        }
    }

    /// <summary>Table, column, type, nullable, place in the primary key or 0.</summary>
    protected abstract string Columns { get; }

    /// <summary>Table, name, unique, definition, columns in order.</summary>
    protected abstract string Indexes { get; }

    /// <summary>Table, column, other table, other column, action on delete.</summary>
    protected abstract string ForeignKeys { get; }

    [Fact]
    public async Task Tables_columns_types_nullability_and_primary_keys_are_those_of_the_model()
    {
        var real = (await QueryAsync(Columns)).Where(row => row[0] is not "schema_versions")
            .Select(row => $"{row[0]}.{row[1]} {TypeName(row[2]!)}{(Truth(row[3]) ? " null" : "")}{(row[4] is "0" ? "" : $" key {row[4]}")}").Order(StringComparer.Ordinal).ToList();
        var modelled = await ModelAsync(model => model.GetEntityTypes().SelectMany(entity => entity.GetProperties().Select(property =>
        {
            var place = entity.FindPrimaryKey()!.Properties.ToList().IndexOf(property) + 1;
            return $"{entity.GetTableName()}.{property.GetColumnName()} {TypeName(property.GetColumnType())}{(property.IsColumnNullable() ? " null" : "")}{(place == 0 ? "" : $" key {place}")}";
        })));
        Assert.Equal(modelled, real, StringComparer.Ordinal);
    }

    [Fact]
    public async Task Unique_and_partial_indexes_are_those_of_the_model()
    {
        var real = (await QueryAsync(Indexes)).Select(row => $"{row[0]} ({row[4]}){(Truth(row[2]) ? " unique" : "")}{Filter(row[3]!)}").Order(StringComparer.Ordinal).ToList();
        var modelled = await ModelAsync(model => model.GetEntityTypes().SelectMany(entity => entity.GetIndexes().Select(index =>
            $"{entity.GetTableName()} ({string.Join(',', index.Properties.Select(property => property.GetColumnName()))}){(index.IsUnique ? " unique" : "")}{Filter(index.GetFilter() is { } filter ? $"WHERE {filter}" : "")}")));
        Assert.Equal(modelled, real, StringComparer.Ordinal);
    }

    [Fact]
    public async Task Foreign_keys_are_those_of_the_model()
    {
        var real = (await QueryAsync(ForeignKeys)).Select(row => string.Join(' ', row)).Order(StringComparer.Ordinal).ToList();
        var modelled = await ModelAsync(model => model.GetEntityTypes().SelectMany(entity => entity.GetForeignKeys().Select(key =>
            $"{entity.GetTableName()} {key.Properties[0].GetColumnName()} {key.PrincipalEntityType.GetTableName()} {key.PrincipalKey.Properties[0].GetColumnName()} {key.DeleteBehavior.ToString().ToUpperInvariant()}")));
        Assert.Equal(modelled, real, StringComparer.Ordinal);
    }

    /// <summary>PostgreSQL means the type it says.</summary>
    protected virtual string TypeName(string type) => type;

    private static bool Truth(string? value) => value is "1" or "True";

    private static string Filter(string definition)
    {
        var at = definition.IndexOf("WHERE ", StringComparison.Ordinal);
        return at < 0 ? "" : " where " + definition[(at + 6)..].Replace("(", "", StringComparison.Ordinal).Replace(")", "", StringComparison.Ordinal).Trim();
    }

    private Task<List<string>> ModelAsync(Func<IModel, IEnumerable<string>> read) =>
        host.Store.ReadAsync(db => Task.FromResult(read(db.Model).Order(StringComparer.Ordinal).ToList()), default);

    private Task<List<string?[]>> QueryAsync(string sql) => host.Store.ReadAsync(
        async db =>
        {
            await db.Database.OpenConnectionAsync();
            await using DbCommand command = db.Database.GetDbConnection().CreateCommand();
#pragma warning disable CA2100 // The texts above.
            command.CommandText = sql;
#pragma warning restore CA2100
            await using var reader = await command.ExecuteReaderAsync();
            var rows = new List<string?[]>();
            while (await reader.ReadAsync())
            {
                rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : Convert.ToString(reader.GetValue(i), System.Globalization.CultureInfo.InvariantCulture))]);
            }

            return rows;
        },
        default);
}
