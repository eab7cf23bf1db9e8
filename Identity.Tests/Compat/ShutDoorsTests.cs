using Identity.Tests.Support;

namespace Identity.Tests.Compat;

/// <summary>The clients of the legacy APIs exist inside only: no endpoint believes anybody to be one of them.</summary>
public sealed class ShutDoorsTests(IdentityHost host) : IClassFixture<IdentityHost>
{
    public static MatrixTheoryData<string, string> Doors => new(["cloudmind", "nlecloud", "rageframe"], ["/connect/token", "/connect/introspect", "/connect/revoke"]);

    [Theory, MemberData(nameof(Doors))]
    public async Task Nobody_is_a_legacy_client(string client, string door)
    {
        await host.AddAccountAsync(new() { UserName = $"{client}{door.Replace('/', '.')}" });
        (string, string)[] form = [("grant_type", "password"), ("username", $"{client}{door.Replace('/', '.')}"), ("password", "correct horse battery"), ("token", "x")];
        (string, string) identity = ("client_id", client);
        Answer[] answers =
        [
            await host.PostAsync(door, null, [.. form, identity]),
            await host.PostAsync(door, null, [.. form, identity, ("client_secret", IdentityHost.Secret)]),
            await host.PostAsync(door, null, [.. form, identity, ("client_secret", client)]),
            await host.PostAsync(door, null, [.. form, identity, ("client_secret", "")]),
            await host.PostAsync(door, null, [.. form, identity, ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"), ("client_assertion", "e30.e30.e30")]),
            await host.PostAsync(door, client, form),
            await host.PostAsync(door, client, [.. form, identity]),
            await BasicAsync(door, client, "", form),
            await BasicAsync(door, client, "internal", form),
        ];
        Assert.All(answers, answer => Assert.Equal((401, "invalid_client"), (answer.Status, answer.Text("error"))));
    }

    private Task<Answer> BasicAsync(string door, string client, string secret, (string Name, string Value)[] form)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, door) { Content = new FormUrlEncodedContent(form.Select(pair => KeyValuePair.Create(pair.Name, pair.Value))) };
        request.Headers.Authorization = BackChannel.Basic(client, secret);
        return host.SendAsync(request);
    }
}
