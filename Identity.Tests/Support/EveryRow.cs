using System.Runtime.CompilerServices;
using System.Text;
using Identity.Server.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Identity.Tests.Support;

/// <summary>
/// One row of an account in every table that has any, each text and each blob of it unmistakable: by the model, so that a new table or column
/// is there without anybody thinking of it.
/// </summary>
internal static class EveryRow
{
    // What is read as JSON.
    private static readonly string[] Json = ["accounts.address", "legacy_members.profile"];

    // The account is found and read by these.
    private static readonly string[] Kept = ["accounts.subject", "accounts.id", "accounts.concurrency_stamp", "accounts.security_stamp"];

    /// <returns>For each column, as <c>table.column</c>, the text that stands in it.</returns>
    public static async Task<IReadOnlyDictionary<string, string>> FillAsync(IdentityHost host, Account account)
    {
        var marks = new Dictionary<string, string>(StringComparer.Ordinal);
        await host.Store.WriteAsync(
            async db =>
            {
                marks.Clear();
                var made = new Dictionary<IEntityType, object>();
                foreach (var entity in Sorted(db.Model).Where(entity => IsOfPeople(entity)))
                {
                    var row = entity.ClrType == typeof(Account) ? await db.Accounts.SingleAsync(one => one.Id == account.Id) : RuntimeHelpers.GetUninitializedObject(entity.ClrType);
                    foreach (var property in entity.GetProperties().Where(property => !Kept.Contains(Column(property), StringComparer.Ordinal)))
                    {
                        property.PropertyInfo!.SetValue(row, Value(property, account, made, marks));
                    }

                    made[entity] = row;
                    if (entity.ClrType != typeof(Account))
                    {
                        db.Add(row);
                    }
                }

                return await db.SaveChangesAsync();
            },
            CancellationToken.None);
        return marks;
    }

    public static string Column(IProperty property) => $"{property.DeclaringType.GetTableName()}.{property.GetColumnName()}";

    /// <summary>Whether rows of it belong to an account: by its number, by its subject, or by another row that does.</summary>
    public static bool IsOfPeople(IEntityType entity) =>
        entity.ClrType == typeof(Account) || entity.FindProperty("AccountId") is not null || entity.FindProperty("Subject") is not null
        || entity.GetForeignKeys().Any(key => key.PrincipalEntityType != entity && IsOfPeople(key.PrincipalEntityType));

    private static object? Value(IProperty property, Account account, Dictionary<IEntityType, object> made, Dictionary<string, string> marks)
    {
        var type = Nullable.GetUnderlyingType(property.ClrType) ?? property.ClrType;
        if (property.GetContainingForeignKeys().FirstOrDefault() is { } foreign && made.TryGetValue(foreign.PrincipalEntityType, out var principal))
        {
            return foreign.PrincipalKey.Properties[foreign.Properties.ToList().IndexOf((foreign.Properties.Single(one => one == property)))].PropertyInfo!.GetValue(principal);
        }

        if (property.Name is "AccountId")
        {
            return account.Id;
        }

        if (property.Name is "Subject")
        {
            return account.Subject;
        }

        var mark = marks[Column(property)] = $"mark-{marks.Count}-of-{Column(property)}";
        return type switch
        {
            _ when type == typeof(string) => Json.Contains(Column(property), StringComparer.Ordinal) ? $$"""{"a":"{{mark}}"}""" : mark,
            _ when type == typeof(byte[]) => Encoding.UTF8.GetBytes(mark),
            _ when type == typeof(DateTimeOffset) => new DateTimeOffset(2029, 1, 1, 0, 0, 0, TimeSpan.Zero),
            _ when type == typeof(Guid) => new Guid(marks.Count, 7, 7, [1, 2, 3, 4, 5, 6, 7, 8]),
            _ when type == typeof(bool) => true,
            _ when type.IsEnum => Enum.GetValues(type).GetValue(0),
            // Keys that the database draws stay so; every other number is one that nobody else has.
            _ => property.ValueGenerated == ValueGenerated.OnAdd ? Activator.CreateInstance(type) : Convert.ChangeType(900_000 + marks.Count, type, System.Globalization.CultureInfo.InvariantCulture),
        };
    }

    // Whatever a row refers to comes before it.
    private static List<IEntityType> Sorted(IModel model)
    {
        var sorted = new List<IEntityType>();
        void Take(IEntityType entity)
        {
            if (sorted.Contains(entity))
            {
                return;
            }

            foreach (var key in entity.GetForeignKeys().Where(key => key.PrincipalEntityType != entity))
            {
                Take(key.PrincipalEntityType);
            }

            sorted.Add(entity);
        }

        foreach (var entity in model.GetEntityTypes())
        {
            Take(entity);
        }

        return sorted;
    }
}
