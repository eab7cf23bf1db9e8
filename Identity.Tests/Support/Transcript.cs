using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Identity.Server.Replay;

namespace Identity.Tests.Support;

/// <summary>
/// HTTP exchanges kept as text: the request as a client writes it, a line of ###, the answer. Between two exchanges
/// stands <c>### then</c>, or <c>### then 13 s later</c>, or <c>### then 20 times</c>. GOLDEN=write accepts what came back.
/// </summary>
/// <remarks>
/// The requests go out octet for octet; added are only Host, Connection and Content-Length. <c>{name}</c> stands for what
/// an earlier answer (or mail) said, <c>{n}</c> for the count of a repeated exchange, <c>{a*70000}</c> for that many
/// letters, <c>{basic:web}</c> for a client's credentials. In answers, tokens and handles become names: equal values
/// equal names, so a rotation or a repetition shows.
/// </remarks>
internal sealed partial class Transcript
{
    private static readonly string Folder = Path.Combine(Path.GetDirectoryName(Here())!, "..", "Wire");

    // They say when and how something was sent, not what.
    private static readonly string[] Passing = ["Date", "Server", "Transfer-Encoding", "Content-Length", "Connection"];

    private readonly string path;
    private readonly string prologue;
    private readonly IReadOnlyList<RecordedExchange> exchanges;
    private readonly Dictionary<string, List<string>> captured = new(StringComparer.Ordinal);

    private Transcript(string path, string prologue, IReadOnlyList<RecordedExchange> exchanges) => (this.path, this.prologue, this.exchanges) = (path, prologue, exchanges);

    public static TheoryData<string> All => [.. Directory.EnumerateFiles(Folder, "*.http").Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    public static Transcript Read(string name)
    {
        var file = Path.Combine(Folder, name);
        var traffic = RecordedTraffic.Read(File.ReadAllText(file));
        return new(file, traffic.Prologue, traffic.Exchanges);
    }

    /// <summary>Lines of the prologue of the form <c># name: value</c>.</summary>
    public IEnumerable<string> Told(string name) =>
        prologue.Split('\n').Where(line => line.StartsWith($"# {name}: ", StringComparison.Ordinal)).Select(line => line[(name.Length + 4)..]);

    public async Task ReplayAsync(IdentityHost host)
    {
        var expandsTokens = Told("Tokens").Any();
        var mails = new HashSet<string>(StringComparer.Ordinal);
        var actual = new StringBuilder(prologue);
        foreach (var exchange in exchanges)
        {
            host.Clock.Advance(exchange.Later);
            string? answered = null;
            for (var n = 1; n <= exchange.Times; n++)
            {
                var answer = await RawHttp.SendAsync(host.Address, Octets(exchange.Asked, host, n));
                var written = Write(answer, host, expandsTokens);
                answered ??= written;
                Assert.Equal(answered, written);
                if (host.NewCode(mails) is { } code)
                {
                    captured["code"] = [code];
                }
            }

            actual.Append(exchange.Then.Length > 0 ? $"{exchange.Then}\n" : "").Append(exchange.Asked).Append("\n###\n").Append(answered).Append('\n');
        }

        if (Environment.GetEnvironmentVariable("GOLDEN") is "write")
        {
            await File.WriteAllTextAsync(path, actual.ToString());
        }
        else
        {
            Assert.Equal((await File.ReadAllTextAsync(path)).ReplaceLineEndings("\n"), actual.ToString());
        }
    }

    private byte[] Octets(string asked, IdentityHost host, int n)
    {
        var (head, body) = asked.Split("\n\n", 2) is [var h, var b] ? (h, b) : (asked, "");
        (head, body) = (Fill(head), Fill(body));

        // RFC 2046 §4.1.1: the lines of a multipart body end in CRLF, which this file does not keep.
        var octets = Encoding.UTF8.GetBytes(head.Contains("multipart/", StringComparison.OrdinalIgnoreCase) ? body.ReplaceLineEndings("\r\n") : body);
        return RawHttp.Request($"{head}\nHost: {host.Address.Authority}\nConnection: close\nContent-Length: {octets.Length}", octets);

        string Fill(string text) => Placeholder().Replace(text, match =>
        {
            var name = match.Groups[1].Value;
            return name switch
            {
                "n" => n.ToString(CultureInfo.InvariantCulture),
                ['b', 'a', 's', 'i', 'c', ':', .. var client] => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{client}:{IdentityHost.Secret}")),
                [var letter, '*', .. var times] => new string(letter, int.Parse(times, CultureInfo.InvariantCulture)),
                _ when captured.TryGetValue(name, out var only) => only[0],
                _ when Numbered().Match(name) is { Success: true } numbered && captured.TryGetValue(numbered.Groups[1].Value, out var several) => several[int.Parse(numbered.Groups[2].Value, CultureInfo.InvariantCulture) - 1],
                _ => match.Value,
            };
        });
    }

    private string Write(RawAnswer answer, IdentityHost host, bool expandsTokens)
    {
        var headers = answer.Headers.Where(header => !Passing.Contains(header.Key, StringComparer.OrdinalIgnoreCase))
            .Select(header => $"{header.Key}: {(header.Key switch { "ETag" => Name("etag", header.Value), "DPoP-Nonce" => Name("nonce", header.Value), _ => header.Value })}\n").Order(StringComparer.Ordinal);
        var tokens = new List<string>();
        var body = Scrub(answer.Body, tokens);
        foreach (var token in expandsTokens ? tokens : [])
        {
            body += $"\n\n{Scrub($"{Jwt.Header(token)}\n{Jwt.Payload(token)}", [])}";
        }

        return $"{answer.Status}\n{string.Concat(headers)}\n{body}".Replace(host.Address.Authority, "{host}", StringComparison.Ordinal).TrimEnd();
    }

    private string Scrub(string json, List<string> tokens) => Secret().Replace(json, match =>
    {
        var (key, value) = (match.Groups[1].Value, match.Groups[2].Value);
        if (value.StartsWith("eyJ", StringComparison.Ordinal))
        {
            tokens.Add(value);
        }

        return $"\"{key}\":\"{Name(JsonNamingPolicy.SnakeCaseLower.ConvertName(key), value)}\"";
    });

    private string Name(string name, string value)
    {
        var known = captured.TryGetValue(name, out var values) ? values : captured[name] = [];
        if (!known.Contains(value, StringComparer.Ordinal))
        {
            known.Add(value);
        }

        var number = known.IndexOf(value) + 1;
        return number == 1 ? $"{{{name}}}" : $"{{{name}_{number}}}";
    }

    [GeneratedRegex(@"\{([a-z_]+(?:_\d+)?|[a-z]\*\d+|basic:[a-z]+)\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"^([a-z_]+?)_(\d+)$")]
    private static partial Regex Numbered();

    // "x", "y" and "n" are members of a key; a subject is scrubbed where a person stands behind it.
    [GeneratedRegex("\"(access_?[tT]oken|AccessToken|refresh_token|device_code|user_code|verification_uri_complete|id_token|kid|jti|at_hash|(?:x|y|n)(?=\":\"[A-Za-z0-9_-]{43})|sub(?=\":\"u_))\":\"([^\"{][^\"]*)\"")]
    private static partial Regex Secret();

    private static string Here([CallerFilePath] string path = "") => path;
}
