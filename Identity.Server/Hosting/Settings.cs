using System.Globalization;
using System.Text.Json.Nodes;

namespace Identity.Server.Hosting;

/// <summary>Reads configuration into options and says in one sentence what is wrong with it.</summary>
internal static class Settings
{
    /// <summary>Binds one section; a value of the wrong type stops the server.</summary>
    public static T Read<T>(IConfiguration configuration, string section, Func<T, IEnumerable<string>>? mistakes = null)
        where T : class, new()
    {
        T options;
        try
        {
            options = configuration.GetSection(section).Get<T>() ?? new T();
        }
        catch (InvalidOperationException unreadable)
        {
            // The binder's message names the key and the type; the inner one repeats the value, which may be a secret.
            throw new SettingsException($"{KeyIn(unreadable.Message) ?? section} has a value of the wrong type.", unreadable);
        }

        return mistakes?.Invoke(options).FirstOrDefault() is { } mistake ? throw new SettingsException($"{section}:{mistake}") : options;
    }

    /// <summary>
    /// A list as a whole from the last source that has it. .NET would merge the sources index by index and so mix two
    /// clients into one.
    /// </summary>
    public static IReadOnlyList<JsonObject> ReadList(IConfiguration configuration, string section)
    {
        foreach (var provider in ((IConfigurationRoot)configuration).Providers.Reverse())
        {
            if (provider.GetChildKeys([], section).Any())
            {
                using var alone = new ConfigurationRoot([provider]);
                return [.. alone.GetSection(section).GetChildren().Select(child => ToJson(child) as JsonObject
                    ?? throw new SettingsException($"{child.Path} must be an object."))];
            }
        }

        return [];
    }

    // Keys 0, 1, 2 ... are how configuration spells an array.
    private static JsonNode? ToJson(IConfigurationSection section)
    {
        var children = section.GetChildren().ToList();
        if (children.Count == 0)
        {
            // An empty array and an empty text look alike here; both mean: not set.
            return string.IsNullOrEmpty(section.Value) ? null : JsonValue.Create(section.Value);
        }

        if (children.TrueForAll(child => int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        {
            return new JsonArray([.. children.Select(ToJson)]);
        }

        return new JsonObject(children.Select(child => KeyValuePair.Create(child.Key, ToJson(child))).Where(member => member.Value is not null));
    }

    // "... value '...' at 'Key' to type 'Type'.", from its end, for the value may hold any character.
    private static string? KeyIn(string message) => message.Split('\'') is { Length: > 4 } parts ? parts[^4] : null;
}
