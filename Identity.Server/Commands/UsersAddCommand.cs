using System.CommandLine;
using System.Text.Json;
using Identity.Server.Accounts;
using Identity.Server.Jobs;

namespace Identity.Server.Commands;

/// <summary><c>identity users add</c>: makes an account, with any standard claim.</summary>
internal sealed class UsersAddCommand : Command
{
    private static readonly JsonSerializerOptions ClaimJson = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
    };

    private readonly Option<string?> json = new("--json") { Description = "A JSON file with the claims of OpenID Connect Core §5.1 (and user_name, password, admin); options override it." };
    private readonly Option<string?> userName = new("--user-name") { Description = "A name to sign in with; not all digits, no @." };
    private readonly Option<string?> password = new("--password") { Description = "The password. Better: --password-stdin, which other users of the machine cannot see." };
    private readonly Option<bool> passwordStdin = new("--password-stdin") { Description = "Read the password from the first line of standard input." };
    private readonly Option<string?> email = new("--email");
    private readonly Option<bool> emailVerified = new("--email-verified") { Description = "Whether the mailbox is known to be this person's. Default: true; otherwise nobody can sign in with it.", DefaultValueFactory = _ => true };
    private readonly Option<string?> phoneNumber = new("--phone-number") { Description = "E.164 (+8613800138000); 11 bare digits are Chinese." };
    private readonly Option<bool> phoneNumberVerified = new("--phone-number-verified") { DefaultValueFactory = _ => true };
    private readonly Option<string?> address = new("--address") { Description = "A JSON object, OpenID Connect Core §5.1.1." };
    private readonly Option<bool> admin = new("--admin") { Description = "May act for others." };
    private readonly Dictionary<string, Option<string?>> claims = new[]
    {
        "--name", "--given-name", "--family-name", "--middle-name", "--nickname", "--profile", "--picture", "--website", "--gender", "--birthdate", "--zoneinfo", "--locale",
    }.ToDictionary(name => name, name => new Option<string?>(name), StringComparer.Ordinal);

    public UsersAddCommand(Option<string[]> config)
        : base("add", "Makes an account and prints its subject.")
    {
        foreach (var option in new Option[] { json, userName, password, passwordStdin, email, emailVerified, phoneNumber, phoneNumberVerified, address, admin }.Concat(claims.Values))
        {
            Add(option);
        }

        TreatUnmatchedTokensAsErrors = false;
        SetAction((result, cancellationToken) => IdentityCommand.GuardAsync(() => AddAsync(result, config, cancellationToken)));
    }

    private async Task<int> AddAsync(ParseResult result, Option<string[]> config, CancellationToken cancellationToken)
    {
        if (CommandRun.Stray(result) is { } stray)
        {
            return CommandRun.Refuse(stray);
        }

        NewAccount wanted;
        try
        {
            wanted = Read(result);
        }
        catch (Exception mistake) when (mistake is JsonException or IOException)
        {
            return CommandRun.Refuse($"The claims could not be read: {mistake.Message}");
        }

        if (result.GetValue(passwordStdin) && string.IsNullOrEmpty(wanted.Password))
        {
            return CommandRun.Refuse("--password-stdin: standard input holds no password.");
        }

        await using var app = CommandRun.Build(result, config);
        var (registry, options) = (app.Services.GetRequiredService<AccountRegistry>(), app.Services.GetRequiredService<AccountsOptions>());
        if (registry.Check(wanted) is var wrong and not AccountMistake.None)
        {
            return CommandRun.Refuse(Sentence(wrong, options));
        }

        await app.PrepareDataAsync(cancellationToken);
        var (account, refusal) = await registry.CreateAsync(wanted, "command line", cancellationToken);
        if (account is null)
        {
            return CommandRun.Refuse(Sentence(refusal, options));
        }

        await app.Services.GetRequiredService<AuditWriting>().FlushAsync(CancellationToken.None);
        Console.WriteLine(account.Subject);
        return IdentityCommand.Success;
    }

    private NewAccount Read(ParseResult result)
    {
        var file = result.GetValue(json) is { } path
            ? JsonSerializer.Deserialize<NewAccount>(File.ReadAllText(path), ClaimJson) ?? new NewAccount()
            : new NewAccount { EmailVerified = true, PhoneNumberVerified = true };
        string? Claim(string name, string? otherwise) => result.GetValue(claims[name]) ?? otherwise;
        bool Flag(Option<bool> option, bool otherwise) => result.GetResult(option) is { Implicit: false } ? result.GetValue(option) : otherwise;
        return file with
        {
            UserName = result.GetValue(userName) ?? file.UserName,
            Password = result.GetValue(passwordStdin) ? Console.In.ReadLine() : result.GetValue(password) ?? file.Password,
            Email = result.GetValue(email) ?? file.Email,
            EmailVerified = Flag(emailVerified, file.EmailVerified),
            PhoneNumber = result.GetValue(phoneNumber) ?? file.PhoneNumber,
            PhoneNumberVerified = Flag(phoneNumberVerified, file.PhoneNumberVerified),
            Address = result.GetValue(address) is { } text ? JsonElement.Parse(text) : file.Address,
            Admin = Flag(admin, file.Admin),
            Name = Claim("--name", file.Name),
            GivenName = Claim("--given-name", file.GivenName),
            FamilyName = Claim("--family-name", file.FamilyName),
            MiddleName = Claim("--middle-name", file.MiddleName),
            Nickname = Claim("--nickname", file.Nickname),
            Profile = Claim("--profile", file.Profile),
            Picture = Claim("--picture", file.Picture),
            Website = Claim("--website", file.Website),
            Gender = Claim("--gender", file.Gender),
            Birthdate = Claim("--birthdate", file.Birthdate),
            Zoneinfo = Claim("--zoneinfo", file.Zoneinfo),
            Locale = Claim("--locale", file.Locale),
        };
    }

    private static string Sentence(AccountMistake mistake, AccountsOptions options) => mistake switch
    {
        AccountMistake.BadUserName => "The user name must have 1 to 64 letters, digits, dots, hyphens or underscores, must not be all digits and must not contain @.",
        AccountMistake.BadEmail => "The e-mail address is malformed.",
        AccountMistake.BadPhoneNumber => "The phone number must be E.164, such as +8613800138000, or 11 digits.",
        AccountMistake.WeakPassword => $"The password must have {options.PasswordMinLength} to 128 characters.",
        AccountMistake.CommonPassword => "The password is one of those that are tried first; take another.",
        AccountMistake.BadClaim => "A claim is too long, is empty, has control characters, or is not of the form that OpenID Connect gives it.",
        AccountMistake.NoSignInName => "The account needs a user name, a verified e-mail address or a verified phone number to sign in with.",
        AccountMistake.NameTaken => "Another account signs in with one of these names.",
        AccountMistake.Busy => "The server is busy; try again.",
        _ => throw new ArgumentOutOfRangeException(nameof(mistake)),
    };
}
