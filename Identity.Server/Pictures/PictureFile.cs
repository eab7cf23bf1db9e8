namespace Identity.Server.Pictures;

/// <summary>
/// A picture that was recognised by its first bytes and taken apart by its structure. Nothing is ever decoded here: what does
/// not belong to its looks (where and with what it was taken, comments, other pictures inside, whatever stands behind its end)
/// is left out, and the rest is kept byte by byte.
/// </summary>
/// <param name="MediaType"><c>image/png</c>, <c>image/jpeg</c> or <c>image/webp</c>.</param>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Content">What is kept.</param>
internal sealed record PictureFile(string MediaType, int Width, int Height, byte[] Content)
{
    /// <summary>Of an upload, in bytes.</summary>
    public const int MaxSize = 256 * 1024;

    /// <summary>In pixels: more costs every viewer's memory and is shown by nobody.</summary>
    public const int MaxSide = 4096;

    public static (PictureFile? Picture, PictureMistake Mistake) Read(ReadOnlySpan<byte> upload)
    {
        if (upload.Length > MaxSize)
        {
            return (null, PictureMistake.TooLarge);
        }

        var picture = PngPicture.Read(upload) ?? JpegPicture.Read(upload) ?? WebPPicture.Read(upload);
        return picture switch
        {
            null => (null, PictureMistake.NoPicture),
            { Width: > MaxSide } or { Height: > MaxSide } => (null, PictureMistake.TooManyPixels),
            _ => (picture, PictureMistake.None),
        };
    }
}

/// <summary>Why an upload was not taken.</summary>
internal enum PictureMistake
{
    None,

    /// <summary>None of the three kinds, or broken.</summary>
    NoPicture,

    TooLarge,

    TooManyPixels,
}
