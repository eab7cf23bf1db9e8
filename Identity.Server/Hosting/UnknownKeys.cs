using System.Collections;

namespace Identity.Server.Hosting;

/// <summary>Finds settings under our own names that no option reads: a misspelt one would otherwise be a silent default.</summary>
internal static class UnknownKeys
{
    /// <param name="configuration">The whole configuration.</param>
    /// <param name="sections">Our sections, and the options that each is bound to.</param>
    public static IEnumerable<string> In(IConfiguration configuration, IReadOnlyDictionary<string, Type> sections) =>
        sections.SelectMany(section => Under(configuration.GetSection(section.Key), section.Value));

    private static IEnumerable<string> Under(IConfigurationSection section, Type options)
    {
        foreach (var child in section.GetChildren())
        {
            var property = options.GetProperties().FirstOrDefault(one => string.Equals(one.Name, child.Key, StringComparison.OrdinalIgnoreCase));
            if (property is null)
            {
                yield return child.Path;
            }
            else if (property.PropertyType.IsClass && property.PropertyType != typeof(string) && !typeof(IEnumerable).IsAssignableFrom(property.PropertyType))
            {
                foreach (var deeper in Under(child, property.PropertyType))
                {
                    yield return deeper;
                }
            }
        }
    }
}
