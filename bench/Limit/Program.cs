using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Bench.Limit;

// What the hardware and the framework allow: Kestrel without routing, middleware or logs, and of each workload only the part that
// nobody can leave out. It judges nothing, so it is a bound and not a server.
// limit URL DATABASE FULL|NORMAL ITERATIONS
var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions());
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false).UseUrls(args[0]);
await using var app = builder.Build();
using var row = new Row(args[1], args[2]);
using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
var iterations = int.Parse(args[3], System.Globalization.CultureInfo.InvariantCulture);
var salt = RandomNumberGenerator.GetBytes(16);
var document = Encoding.UTF8.GetBytes($$"""{"document":"{{new string('x', 1480)}}"}""");
var claims = """{"sub":"b4f0a3c6d1","name":"Bench","email":"bench@example.com"}"""u8.ToArray();

app.Run(http => http.Request.Path.Value switch
{
    "/token" => TokenAsync(http),
    "/refresh" => RefreshAsync(http),
    "/password" => PasswordAsync(http),
    "/userinfo" => VerifyAsync(http, http.Request.Headers.Authorization.ToString()["Bearer ".Length..]),
    "/introspect" => IntrospectAsync(http),
    _ => AnswerAsync(http, document),
});
await app.RunAsync();

static Task AnswerAsync(HttpContext http, ReadOnlyMemory<byte> body)
{
    http.Response.ContentType = "application/json";
    http.Response.ContentLength = body.Length;
    return http.Response.Body.WriteAsync(body).AsTask();
}

string Token()
{
    var signed = $"{Base64Url.EncodeToString("""{"alg":"ES256","typ":"at+jwt","kid":"0123456789abcdef"}"""u8)}.{Base64Url.EncodeToString("""{"iss":"http://127.0.0.1","sub":"bench","aud":["http://127.0.0.1"],"client_id":"bench","iat":1700000000,"exp":1700003600,"jti":"abcdefghijklmnopqrstuvwxyz0123456789abcdefghijk","scope":"api"}"""u8)}";
    return $"{signed}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
}

async Task TokenAsync(HttpContext http)
{
    _ = await http.Request.ReadFormAsync();
    await AnswerAsync(http, Encoding.ASCII.GetBytes($$"""{"access_token":"{{Token()}}","token_type":"Bearer","expires_in":3600}"""));
}

async Task RefreshAsync(HttpContext http)
{
    var form = await http.Request.ReadFormAsync();
    await row.MoveAsync();
    await AnswerAsync(http, Encoding.ASCII.GetBytes($$"""{"access_token":"{{Token()}}","token_type":"Bearer","expires_in":3600,"refresh_token":"{{form["refresh_token"]}}"}"""));
}

async Task PasswordAsync(HttpContext http)
{
    var form = await http.Request.ReadFormAsync();
    // Off the threads that read and write, as a server must do it.
    await Task.Factory.StartNew(() => Rfc2898DeriveBytes.Pbkdf2(form["password"].ToString(), salt, iterations, HashAlgorithmName.SHA512, 32), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    await AnswerAsync(http, Encoding.ASCII.GetBytes($$"""{"access_token":"{{Token()}}","token_type":"Bearer","expires_in":3600}"""));
}

async Task IntrospectAsync(HttpContext http)
{
    var form = await http.Request.ReadFormAsync();
    await VerifyAsync(http, form["token"].ToString());
}

Task VerifyAsync(HttpContext http, string token)
{
    var dot = token.LastIndexOf('.');
    var good = key.VerifyData(Encoding.ASCII.GetBytes(token[..dot]), Base64Url.DecodeFromChars(token.AsSpan(dot + 1)), HashAlgorithmName.SHA256);
    http.Response.StatusCode = good ? 200 : 401;
    return AnswerAsync(http, claims);
}
