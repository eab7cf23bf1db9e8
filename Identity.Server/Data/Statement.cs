using System.Data.Common;
using System.Globalization;

namespace Identity.Server.Data;

/// <summary>One text of SQL that both databases understand, for the paths on which EF's own work costs more than the database's (docs/decisions/0022). Its parameters are <c>@p0</c>, <c>@p1</c>, in order.</summary>
/// <param name="text">A constant of the program: values come as parameters only.</param>
internal sealed class Statement(string text)
{
    public string Text => text;

    public DbCommand On(DbConnection connection)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // See the parameter.
        command.CommandText = text;
#pragma warning restore CA2100
        return command;
    }

    /// <summary>Gives a command its values; one that had some gets the new ones.</summary>
    public static void Bind(DbCommand command, ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (i == command.Parameters.Count)
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = string.Create(CultureInfo.InvariantCulture, $"@p{i}");
                command.Parameters.Add(parameter);
            }

            command.Parameters[i].Value = values[i];
        }
    }
}
