using System.Globalization;

namespace Identity.Server.Pages;

/// <summary>A colour of sRGB, and what can be read on it: contrast as WCAG 2.2 §1.4.3 measures it.</summary>
internal readonly record struct BrandColor(byte Red, byte Green, byte Blue)
{
    /// <summary>AA for text of any size.</summary>
    public const double Readable = 4.5;

    public static BrandColor Black { get; } = new(0, 0, 0);

    public static BrandColor White { get; } = new(255, 255, 255);

    private double Luminance => (0.2126 * Linear(Red)) + (0.7152 * Linear(Green)) + (0.0722 * Linear(Blue));

    /// <summary>Black or white, whichever is easier to read on it; one of the two always is.</summary>
    public BrandColor Ink => Contrast(White) >= Readable || Contrast(White) >= Contrast(Black) ? White : Black;

    /// <param name="text"><c>#rrggbb</c>.</param>
    public static BrandColor Parse(string text) => new(Octet(text, 1), Octet(text, 3), Octet(text, 5));

    public double Contrast(BrandColor other)
    {
        var (light, dark) = (Math.Max(Luminance, other.Luminance), Math.Min(Luminance, other.Luminance));
        return (light + 0.05) / (dark + 0.05);
    }

    /// <summary>The same colour, as much nearer to <paramref name="end"/> as it takes to be read on every one of the grounds.</summary>
    public BrandColor ReadableOn(BrandColor end, params ReadOnlySpan<BrandColor> grounds)
    {
        for (var step = 0; step <= 100; step++)
        {
            var mixed = Toward(end, step / 100.0);
            var readable = true;
            foreach (var ground in grounds)
            {
                readable &= mixed.Contrast(ground) >= Readable;
            }

            if (readable)
            {
                return mixed;
            }
        }

        return end;
    }

    public BrandColor Toward(BrandColor end, double part) => new(Mix(Red, end.Red, part), Mix(Green, end.Green, part), Mix(Blue, end.Blue, part));

    public override string ToString() => $"#{Red:x2}{Green:x2}{Blue:x2}";

    private static byte Octet(string text, int at) => byte.Parse(text.AsSpan(at, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static byte Mix(byte from, byte to, double part) => (byte)Math.Round(from + ((to - from) * part));

    private static double Linear(byte octet)
    {
        var part = octet / 255.0;
        return part <= 0.04045 ? part / 12.92 : Math.Pow((part + 0.055) / 1.055, 2.4);
    }
}
