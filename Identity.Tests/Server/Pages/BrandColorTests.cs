using FsCheck;
using FsCheck.Fluent;
using Identity.Server.Pages;

namespace Identity.Tests.Server.Pages;

/// <summary>Whatever colour a company has, what is written in it and on it can be read (WCAG 2.2 §1.4.3, AA).</summary>
public sealed class BrandColorTests
{
    [Theory]
    // The two figures that the standard's own examples begin with.
    [InlineData("#ffffff", "#000000", 21)]
    [InlineData("#777777", "#ffffff", 4.48)]
    public void Contrast_is_the_standards(string one, string other, double expected) =>
        Assert.Equal(expected, BrandColor.Parse(one).Contrast(BrandColor.Parse(other)), 0.005);

    [Fact]
    public void Every_colour_is_readable_after_it_was_mended() => Prop.ForAll(
        ArbMap.Default.ArbFor<(byte Red, byte Green, byte Blue)>(),
        parts =>
        {
            var (brand, night) = (new BrandColor(parts.Red, parts.Green, parts.Blue), BrandColor.Parse("#1e2227"));
            return brand.Contrast(brand.Ink) >= BrandColor.Readable
                && brand.ReadableOn(BrandColor.Black, BrandColor.White).Contrast(BrandColor.White) >= BrandColor.Readable
                && brand.ReadableOn(BrandColor.White, night).Contrast(night) >= BrandColor.Readable;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_colour_that_is_readable_stays_as_it_is() =>
        Assert.Equal("#1f5fbf", BrandColor.Parse("#1f5fbf").ReadableOn(BrandColor.Black, BrandColor.White).ToString());
}
