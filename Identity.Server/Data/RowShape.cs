using System.Data.Common;
using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Identity.Server.Data;

/// <summary>How a row of an entity is read from a plain reader: by EF's own mapping of its columns, so that there is no second one.</summary>
internal sealed class RowShape<T>
    where T : class
{
    private readonly IReadOnlyList<string> columns;

    public RowShape(IModel model)
    {
        var entity = model.FindEntityType(typeof(T))!;
        var properties = entity.GetProperties().ToList();
        columns = [.. properties.Select(property => property.GetColumnName())];
        var (reader, first) = (Expression.Parameter(typeof(DbDataReader)), Expression.Parameter(typeof(int)));
        Read = Expression.Lambda<Func<DbDataReader, int, T>>(
            Expression.MemberInit(Expression.New(typeof(T)), properties.Select((property, index) => Expression.Bind(property.PropertyInfo!, Value(property, reader, Expression.Add(first, Expression.Constant(index)))))),
            reader,
            first).Compile();
    }

    /// <summary>How many columns it takes.</summary>
    public int Count => columns.Count;

    /// <summary>Reads the columns from the given one on.</summary>
    public Func<DbDataReader, int, T> Read { get; }

    /// <summary>The columns of a table, for a SELECT.</summary>
    public string Columns(string alias) => string.Join(", ", columns.Select(column => $"{alias}.{column}"));

    private static Expression Value(IProperty property, Expression reader, Expression at)
    {
        var mapping = property.GetRelationalTypeMapping();
        var method = mapping.GetDataReaderMethod();
        Expression read = mapping.CustomizeDataReaderExpression(Expression.Call(method.DeclaringType == typeof(DbDataReader) ? reader : Expression.Convert(reader, method.DeclaringType!), method, at));
        if (mapping.Converter is { } converter)
        {
            var from = converter.ConvertFromProviderExpression;
            read = Expression.Invoke(from, read.Type == from.Parameters[0].Type ? read : Expression.Convert(read, from.Parameters[0].Type));
        }

        if (read.Type != property.ClrType)
        {
            read = Expression.Convert(read, property.ClrType);
        }

        return property.IsNullable
            ? Expression.Condition(Expression.Call(reader, nameof(DbDataReader.IsDBNull), [], at), Expression.Default(property.ClrType), read)
            : read;
    }
}
