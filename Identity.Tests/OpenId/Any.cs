using FsCheck;
using FsCheck.Fluent;

namespace Identity.Tests.OpenId;

/// <summary>What the properties range over.</summary>
internal static class Any
{
    /// <summary>An instant to count from.</summary>
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static Gen<byte> Octet { get; } = Gen.Choose(0, 255).Select(value => (byte)value);

    public static Gen<Guid> Guid { get; } = Octets(16).Select(octets => new Guid(octets));

    /// <summary>Text that a form may carry: no control characters, no half surrogates, and often what the encoding itself is written with.</summary>
    public static Gen<string> Text { get; } = Gen.OneOf(
            Gen.Choose(0x20, 0x7E).Select(c => ((char)c).ToString()),
            Gen.Elements("&", "=", "+", "%", " ", "%41", "%zz", ";", "#", "é", "中", "文", "\uFEFF", "\uFFFD", "😀", "\U0010FFFF"))
        .ListOf().Select(string.Concat);

    public static Gen<byte[]> Octets(int count) => Octet.ArrayOf(count);

    /// <summary>Octets of any number, often those that mean something to a form.</summary>
    public static Gen<byte[]> Body { get; } = Gen.OneOf(Octet, Gen.Elements("&=+%0aF"u8.ToArray())).ArrayOf();

    /// <summary>A law that holds for every value; it fails by an assertion and names the value.</summary>
    public static void ForAll<T>(Gen<T> values, Action<T> law, int runs = 200) =>
        ForAll(values.ToArbitrary(), law, runs);

    public static void ForAll<T>(Arbitrary<T> values, Action<T> law, int runs = 200) =>
        Prop.ForAll(values, law).Check(Config.QuickThrowOnFailure.WithMaxTest(runs));
}
