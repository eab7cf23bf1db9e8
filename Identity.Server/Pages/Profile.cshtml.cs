using Identity.Server.Accounts;
using Identity.Server.Hosting;
using Identity.Server.Languages;
using Identity.Server.Pictures;
using Microsoft.AspNetCore.Mvc;

namespace Identity.Server.Pages;

/// <summary>What a person says of themselves.</summary>
public sealed class ProfileModel(IServiceProvider services) : AccountPage
{
    private const string Address = "/account/profile";

    // Longer than any field may be, and not so long that the page that says so carries it all back.
    private const int MaxShown = 2048;

    private static readonly string[] Areas = ["Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/"];

    private ProfileEdit? edit;

    public string? Picture { get; private set; }

    public bool HasPicture => Account.Picture is not null;

    public IReadOnlyList<(string Value, string Text)> Genders => With(Value("gender"), ("", Words["not said"]), ("female", Words["female"]), ("male", Words["male"]));

    public IReadOnlyList<(string Value, string Text)> Languages =>
        With(Value("locale"), [("", Words["as the browser says"]), .. SupportedLanguages.Tags.Select(tag => (tag, System.Globalization.CultureInfo.GetCultureInfo(tag).NativeName))]);

    public IReadOnlyList<string> Zones { get; private set; } = [];

    /// <summary>As it was typed, or as it is stored.</summary>
    public string? Value(string field) => edit?[field];

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        edit ??= ProfileEdit.Of(Account);
        Picture = await AccountPicture.AddressAsync(services.GetRequiredService<AccountPictures>(), Account, Request, cancellationToken);
        Zones = [.. TimeZoneInfo.GetSystemTimeZones().Select(zone => zone.Id).Where(id => Array.Exists(Areas, area => id.StartsWith(area, StringComparison.Ordinal))).Append(Value("zoneinfo")).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        edit = Typed();
        foreach (var (field, mistake) in edit.Mistakes(services.GetRequiredService<TimeProvider>().GetUtcNow()))
        {
            Wrong(field, Sentence(mistake));
        }

        if (!ModelState.IsValid)
        {
            return await OnGetAsync(cancellationToken);
        }

        await services.GetRequiredService<Profiles>().SaveAsync(Account, edit, cancellationToken);
        return Done(Address, (SupportedLanguages.First([edit["locale"] ?? ""]) is { } tag ? Words.In(tag) : Words)["Your profile was saved."]);
    }

    public async Task<IActionResult> OnPostPictureAsync(IFormFile? picture, CancellationToken cancellationToken)
    {
        if (picture is null || picture.Length == 0)
        {
            Wrong("picture", Words["Please choose a picture."]);
            return await OnGetAsync(cancellationToken);
        }

        if (await ReadAsync(picture, cancellationToken) is not { } good)
        {
            return await OnGetAsync(cancellationToken);
        }

        await services.GetRequiredService<AccountPictures>().SetAsync(Account, good, Caller.Of(HttpContext).Issuer, cancellationToken);
        return Done(Address, Words["Your picture was saved."]);
    }

    public async Task<IActionResult> OnPostRemovePictureAsync(CancellationToken cancellationToken)
    {
        await services.GetRequiredService<AccountPictures>().RemoveAsync(Account, cancellationToken);
        return Done(Address, Words["Your picture was removed."]);
    }

    private protected override async Task<IActionResult> ShowAgainAsync(IDictionary<string, object?> sent, CancellationToken cancellationToken)
    {
        edit = Request.HasFormContentType && Request.Query["handler"].Count == 0 ? Typed() : null;
        return await OnGetAsync(cancellationToken);
    }

    private ProfileEdit Typed() => ProfileEdit.Of(field => Request.Form[field] is [{ } text] ? text[..Math.Min(text.Length, MaxShown)] : null);

    private async Task<PictureFile?> ReadAsync(IFormFile upload, CancellationToken cancellationToken)
    {
        var mistake = PictureMistake.TooLarge;
        if (upload.Length <= PictureFile.MaxSize)
        {
            var octets = new byte[upload.Length];
            await using var stream = upload.OpenReadStream();
            await stream.ReadExactlyAsync(octets, cancellationToken);
            (var picture, mistake) = PictureFile.Read(octets);
            if (picture is not null)
            {
                return picture;
            }
        }

        Wrong("picture", mistake switch
        {
            PictureMistake.TooLarge => Words["The picture is larger than 256 KB."],
            PictureMistake.TooManyPixels => Words["The picture is wider or higher than 4096 pixels."],
            _ => Words["This is no PNG, JPEG or WebP picture, or it is damaged."],
        });
        return null;
    }

    private static string Sentence(ProfileMistake mistake) => mistake switch
    {
        ProfileMistake.TooLong => Words["This is too long."],
        ProfileMistake.BadDate => Words["Please enter the date as year, month and day, such as 1990-01-31, or the year alone."],
        ProfileMistake.BadZone => Words["Please choose a time zone from the list."],
        ProfileMistake.BadAddress => Words["Please enter a whole address that begins with https:// or http://."],
        _ => Words["This holds characters that cannot be shown."],
    };

    // What an old system or an operator wrote down stays to be chosen.
    private static (string Value, string Text)[] With(string? stored, params (string Value, string Text)[] known) =>
        stored is null || Array.Exists(known, one => string.Equals(one.Value, stored, StringComparison.Ordinal)) ? known : [.. known, (stored, stored)];
}
