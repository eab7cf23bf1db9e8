using System.Runtime.CompilerServices;

namespace Identity.Tests.Support;

/// <summary>The sources that these tests were built from, for tests about the sources themselves.</summary>
internal static class Repository
{
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", ".."));

    public static string Server { get; } = Path.Combine(Root, "Identity.Server");

    /// <summary>C# files below a folder, build output left out.</summary>
    public static IEnumerable<string> Sources(params string[] below) =>
        Directory.EnumerateFiles(Path.Combine([Root, .. below]), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Split(Path.DirectorySeparatorChar).Intersect(["bin", "obj", "artifacts"], StringComparer.Ordinal).Any());

    private static string Here([CallerFilePath] string path = "") => path;
}
