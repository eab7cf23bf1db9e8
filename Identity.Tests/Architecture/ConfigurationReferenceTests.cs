using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Identity.OpenId.Clients;
using Identity.Server;
using Identity.Server.Clients;
using Identity.Tests.Support;

namespace Identity.Tests.Architecture;

/// <summary>docs/configuration.md is written from the docstrings of the options, by <c>GOLDEN=write</c>, and held against them.</summary>
public sealed partial class ConfigurationReferenceTests
{
    private static readonly string Path = System.IO.Path.Combine(Repository.Root, "docs", "configuration.md");

    private static readonly Dictionary<string, string> Summaries = new[] { typeof(ServerApplication), typeof(ClientMetadata), typeof(Identity.Compat.CompatOptions) }
        .Select(type => System.IO.Path.ChangeExtension(type.Assembly.Location, ".xml"))
        .SelectMany(file => XDocument.Load(file).Descendants("member"))
        .Where(member => member.Element("summary") is not null)
        .ToDictionary(member => member.Attribute("name")!.Value, member => Words(member.Element("summary")!), StringComparer.Ordinal);

    [Fact]
    public async Task The_reference_says_what_the_options_say()
    {
        var written = Write();
        if (Environment.GetEnvironmentVariable("GOLDEN") is "write")
        {
            await File.WriteAllTextAsync(Path, written, TestContext.Current.CancellationToken);
        }

        Assert.Equal(written, await File.ReadAllTextAsync(Path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Every_setting_says_what_it_is_for()
    {
        var silent = Composition.Sections.SelectMany(section => Settings(section.Key, section.Value)).Where(setting => setting.Says.Length == 0).Select(setting => setting.Key);
        Assert.Empty(silent);
    }

    private static string Write()
    {
        var text = new StringBuilder("""
            # Settings

            Written from the docstrings of the options by a test (`GOLDEN=write`), so do not edit it. `appsettings.example.json` has the same as a
            file to copy from. Settings come from `appsettings.json` beside the executable, then each `--config FILE`, then the environment
            (`Accounts__PasswordMinLength=10`), then arguments (`--Accounts:PasswordMinLength=10`); the last one wins. `Clients`, `Scopes`, `Resources`
            and the lists of apps are taken whole from the last source that has them. Lengths of time are `hh:mm:ss` or `d.hh:mm:ss`. A wrong value
            stops the start with one sentence that names it; an unknown name is a warning, and a failure in `identity doctor`.

            | setting | default | |
            |---|---|---|
            | `Issuer` | absent | The server's public URL, without a slash at the end. Production does not start without it, and there it must be https. In Development it may be absent: then it is whatever host the request names. |
            | `urls` | `http://localhost:5000` | Where it listens. |
            | `ConnectionStrings:Identity` | `Data Source=identity.db` | SQLite: a file. PostgreSQL: `Host=...;Database=...;Username=...;Password=...`. |

            """.ReplaceLineEndings("\n"));
        foreach (var (section, type) in Composition.Sections.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            Table(text, section, Settings(section, type));
        }

        foreach (var (list, type) in new[] { ("Clients", typeof(ClientMetadata)), ("Scopes", typeof(ScopeSetting)), ("Resources", typeof(ResourceSetting)) })
        {
            Table(text, $"{list}:[]", Members(type));
        }

        return text.Append("\nThe apps of QQ and WeChat (`External:QQ:Apps`, `External:WeChat:Apps`) are described in [`external.md`](external.md).\n").ToString();
    }

    private static void Table(StringBuilder text, string title, IEnumerable<Setting> settings)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n## `{title}`\n| setting | default | |\n|---|---|---|\n");
        foreach (var setting in settings)
        {
            text.Append(CultureInfo.InvariantCulture, $"| `{setting.Key}` | {setting.Default} | {setting.Says} |\n");
        }
    }

    // Sections inside sections are told by their own settings.
    private static IEnumerable<Setting> Settings(string prefix, Type type)
    {
        var defaults = Activator.CreateInstance(type)!;
        foreach (var property in Declared(type))
        {
            if (property.PropertyType is { IsClass: true } inner && inner.Assembly != typeof(string).Assembly && inner.GetConstructor([]) is not null)
            {
                foreach (var setting in Settings($"{prefix}:{property.Name}", inner))
                {
                    yield return setting;
                }
            }
            else if (property.CanWrite || typeof(IEnumerable).IsAssignableFrom(property.PropertyType))
            {
                yield return new($"{prefix}:{property.Name}", Show(property.GetValue(defaults)), Says(property));
            }
        }
    }

    // In the words of RFC 7591, as they are read.
    private static IEnumerable<Setting> Members(Type type)
    {
        var defaults = type == typeof(ClientMetadata) ? new ClientMetadata() : null;
        return Declared(type).Where(property => property.SetMethod is not null && property.GetCustomAttribute<JsonIgnoreAttribute>() is null).Select(property => new Setting(
            JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name),
            defaults is null ? property.IsDefined(typeof(System.Runtime.CompilerServices.RequiredMemberAttribute)) ? "required" : "absent" : Show(property.GetValue(defaults)),
            Says(property)));
    }

    // Those of a base first, each in the order in which they are written.
    private static IEnumerable<PropertyInfo> Declared(Type type) => (type.BaseType is { } parent && parent != typeof(object) ? Declared(parent) : [])
        .Concat(type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly).OrderBy(property => property.MetadataToken));

    private static string Says(PropertyInfo property) =>
        Summaries.GetValueOrDefault($"P:{property.DeclaringType!.FullName!.Replace('+', '.')}.{property.Name}", "").Replace("|", "\\|", StringComparison.Ordinal);

    private static string Show(object? value) => value switch
    {
        null or "" => "absent",
        string text => $"`{text}`",
        bool flag => flag ? "`true`" : "`false`",
        TimeSpan length => $"`{length.ToString("c", CultureInfo.InvariantCulture)}`",
        IEnumerable list => list.Cast<object>().Any() ? $"`{string.Join(' ', list.Cast<object>())}`" : "none",
        _ => $"`{Convert.ToString(value, CultureInfo.InvariantCulture)}`",
    };

    private static string Words(XElement summary)
    {
        var text = string.Concat(summary.Nodes().Select(node => node switch
        {
            XText words => words.Value,
            XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
            XElement see when see.Attribute("cref") is { } target => $"`{JsonNamingPolicy.SnakeCaseLower.ConvertName(target.Value.Split('.')[^1])}`",
            XElement other => other.Value,
            _ => "",
        }));
        return Blank().Replace(text, " ").Trim();
    }

    [GeneratedRegex(@"\s+", RegexOptions.None, 1000)]
    private static partial Regex Blank();

    private sealed record Setting(string Key, string Default, string Says);
}
