using System.Security.Cryptography;
using System.Text;
using Identity.Server.Pictures;
using Identity.Tests.Support;

namespace Identity.Tests.Server.Pictures;

public sealed class PictureFileTests
{
    public static TheoryData<string, byte[]> Samples => new()
    {
        { "image/png", SamplePictures.Png() },
        { "image/jpeg", SamplePictures.Jpeg() },
        { "image/webp", SamplePictures.WebP() },
    };

    [Theory, MemberData(nameof(Samples))]
    public void A_picture_is_known_by_its_bytes_and_keeps_nothing_of_where_it_was_taken(string type, byte[] upload)
    {
        Assert.Contains(SamplePictures.Secret, Encoding.Latin1.GetString(upload), StringComparison.Ordinal);
        var picture = Good(upload);
        Assert.Equal((type, 8, 8), (picture.MediaType, picture.Width, picture.Height));
        var kept = Encoding.Latin1.GetString(picture.Content);
        foreach (var trace in new[] { SamplePictures.Secret, "GPS", "photographer", "script", "xap", "MPF", "XMP", "EXIF", "tIME", "tEXt", "eXIf", "Photoshop", "PK\u0003\u0004" })
        {
            Assert.DoesNotContain(trace, kept, StringComparison.Ordinal);
        }

        // What was kept is a whole picture, and nothing more can be taken from it.
        Assert.Equal(picture.Content, Good(picture.Content).Content);
        Assert.Equal(SamplePictures.Png(metadata: false), Good(SamplePictures.Png()).Content);
    }

    [Theory]
    [InlineData(6, false)]
    [InlineData(8, true)]
    public void A_picture_stays_the_right_way_up(byte orientation, bool little)
    {
        var kept = Encoding.Latin1.GetString(Good(SamplePictures.Jpeg(orientation: orientation, little: little)).Content);
        Assert.Contains("Exif\0\0MM\0*\0\0\0\b\0\u0001\u0001\u0012\0\u0003\0\0\0\u0001\0" + (char)orientation, kept, StringComparison.Ordinal);
        Assert.Contains("ICC_PROFILE", kept, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(9)]
    public void An_orientation_that_says_nothing_is_not_written_down(byte orientation) =>
        Assert.DoesNotContain("Exif", Encoding.Latin1.GetString(Good(SamplePictures.Jpeg(orientation: orientation)).Content), StringComparison.Ordinal);

    [Fact]
    public void A_webp_no_longer_says_that_it_has_metadata()
    {
        var content = Good(SamplePictures.WebP(flags: 0x3C)).Content;
        Assert.Equal(0x30, content[20]);
        Assert.Equal(content.Length - 8, BitConverter.ToInt32(content, 4));
    }

    [Fact]
    public void A_lossless_webp_is_one_too()
    {
        var picture = Good(SamplePictures.Riff(SamplePictures.WebPChunk("VP8L", [0x2F, 0x63, 0xC0, 0x18, 0x00, 0])));
        Assert.Equal((100, 100), (picture.Width, picture.Height));
    }

    public static TheoryData<string, byte[]> Refused => new()
    {
        { "nothing", [] },
        { "SVG", Encoding.UTF8.GetBytes("""<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>""") },
        { "SVG with a declaration", Encoding.UTF8.GetBytes("""<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>""") },
        { "HTML", Encoding.UTF8.GetBytes("<!doctype html><script>alert(1)</script>") },
        { "GIF", Encoding.ASCII.GetBytes("GIF89a\u0008\0\u0008\0") },
        { "GIF and script", Encoding.ASCII.GetBytes("GIF89a/*\0\0*/=1;alert(1)") },
        { "a PDF", Encoding.ASCII.GetBytes("%PDF-1.7") },
        { "a program", Encoding.ASCII.GetBytes("MZ\0\0") },
        { "HTML in front of a PNG", [.. "<script>"u8, .. SamplePictures.Png()] },
        { "the signature of a PNG alone", SamplePictures.Png()[..8] },
        { "a PNG without picture", [.. SamplePictures.Png(metadata: false)[..33], .. SamplePictures.Png(metadata: false)[^12..]] },
        { "a PNG that begins with another chunk", [.. SamplePictures.Png()[..8], .. SamplePictures.Png()[33..]] },
        { "a PNG of no width", Patched(SamplePictures.Png(), 16, 0, 0, 0, 0) },
        { "a PNG of negative width", Patched(SamplePictures.Png(), 16, 0xFF, 0xFF, 0xFF, 0xFF) },
        { "a PNG with a chunk of four gigabytes", Patched(SamplePictures.Png(), 33, 0xFF, 0xFF, 0xFF, 0xFF) },
        { "an arithmetic JPEG", Replaced(SamplePictures.Jpeg(), 0xC2, 0xC9) },
        { "a lossless JPEG", Replaced(SamplePictures.Jpeg(), 0xC2, 0xC3) },
        { "a JPEG of no height", SamplePictures.Jpeg(height: 0) },
        { "a JPEG without scan", [.. SamplePictures.Jpeg()[..2], 0xFF, 0xD9] },
        { "a moving WebP", SamplePictures.WebP(flags: 0x02) },
        { "a WebP of frames", SamplePictures.Riff(SamplePictures.WebPChunk("ANMF", new byte[30])) },
        { "a WebP without picture", SamplePictures.Riff(SamplePictures.WebPChunk("ALPH", new byte[8])) },
        { "a WebP with two pictures", SamplePictures.Riff([.. SamplePictures.WebP()[30..50], .. SamplePictures.WebP()[30..50]]) },
        { "a sound", [.. "RIFF\u0004\0\0\0WAVE"u8] },
    };

    [Theory, MemberData(nameof(Refused))]
    public void What_is_no_whole_picture_is_refused(string what, byte[] upload)
    {
        Assert.NotEmpty(what);
        Assert.Equal((null, PictureMistake.NoPicture), PictureFile.Read(upload));
    }

    [Theory, MemberData(nameof(Samples))]
    public void A_picture_that_was_cut_short_is_refused_wherever_it_was_cut(string type, byte[] upload)
    {
        var whole = Good(upload).Content;
        for (var length = 0; length < whole.Length; length++)
        {
            // Behind its last byte there is nothing to miss.
            Assert.True(PictureFile.Read(whole.AsSpan(0, length)).Picture is null, $"{type} of {length} bytes");
        }
    }

    [Theory, MemberData(nameof(Samples))]
    public void No_bytes_make_the_reader_fail(string type, byte[] upload)
    {
        Assert.NotEmpty(type);
        for (var round = 0; round < 3000; round++)
        {
            var broken = (byte[])upload.Clone();
            for (var hits = RandomNumberGenerator.GetInt32(1, 6); hits > 0; hits--)
            {
                broken[RandomNumberGenerator.GetInt32(broken.Length)] = (byte)RandomNumberGenerator.GetInt32(256);
            }

            var (picture, mistake) = PictureFile.Read(broken);
            Assert.Equal(picture is null, mistake is not PictureMistake.None);
        }
    }

    [Fact]
    public void Size_and_sides_have_limits()
    {
        Assert.Equal(PictureMistake.TooLarge, PictureFile.Read([.. SamplePictures.Png(), .. new byte[PictureFile.MaxSize]]).Mistake);
        Assert.Equal(PictureMistake.None, PictureFile.Read([.. SamplePictures.Png(), .. new byte[PictureFile.MaxSize - SamplePictures.Png().Length]]).Mistake);
        Assert.Equal(PictureMistake.None, PictureFile.Read(SamplePictures.Jpeg(4096, 4096)).Mistake);
        Assert.Equal(PictureMistake.TooManyPixels, PictureFile.Read(SamplePictures.Jpeg(4097, 1)).Mistake);
        Assert.Equal(PictureMistake.TooManyPixels, PictureFile.Read(SamplePictures.Png(1, 5000)).Mistake);
        Assert.Equal(PictureMistake.TooManyPixels, PictureFile.Read(SamplePictures.WebP(5000, 8)).Mistake);
        // The picture inside is larger than its frame says.
        Assert.Equal(PictureMistake.TooManyPixels, PictureFile.Read(Patched(SamplePictures.WebP(), 44, 0xFF, 0x3F)).Mistake);
    }

    private static PictureFile Good(byte[] upload)
    {
        var (picture, mistake) = PictureFile.Read(upload);
        Assert.Equal(PictureMistake.None, mistake);
        return picture!;
    }

    private static byte[] Patched(byte[] octets, int at, params byte[] with)
    {
        with.CopyTo(octets, at);
        return octets;
    }

    private static byte[] Replaced(byte[] octets, byte marker, byte with)
    {
        octets[octets.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, marker]) + 1] = with;
        return octets;
    }
}
