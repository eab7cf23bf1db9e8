using System.CommandLine;
using System.Text.Json.Nodes;
using Identity.OpenId.Clients;
using Identity.OpenId.Token;
using Identity.Server.Clients;
using Identity.Server.Data;

namespace Identity.Server.Commands;

/// <summary><c>identity clients ...</c>: registrations in the database. A secret is shown once, when it is made.</summary>
internal static class ClientsCommands
{
    public static Command Of(Option<string[]> config)
    {
        var id = new Argument<string>("client_id");
        var overlap = new Option<TimeSpan>("--overlap") { Description = "How long the old secrets stay good, d.hh:mm:ss; 0 for not at all.", DefaultValueFactory = _ => TimeSpan.FromDays(1) };

        var list = new Command("list", "Every registration, those of the configuration included.") { CommandRun.Json };
        CommandRun.SetAction(list, config, ListAsync);
        var show = new Command("show", "One registration in the words of RFC 7591, without secrets.") { id, CommandRun.Json };
        CommandRun.SetAction(show, config, async (result, services, cancellationToken) =>
            (await services.GetRequiredService<ClientRegistry>().ListAsync(cancellationToken)).Find(row => string.Equals(row.ClientId, result.GetValue(id), StringComparison.Ordinal)) is { } row
                ? Show(result, row)
                : CommandRun.Refuse("There is no such client."));
        var rotate = new Command("rotate-secret", "Makes a new secret and prints it, this once.") { id, overlap, CommandRun.Json };
        CommandRun.SetAction(rotate, config, async (result, services, cancellationToken) =>
        {
            var (secret, mistake) = await services.GetRequiredService<ClientRegistry>().RotateSecretAsync(result.GetValue(id)!, result.GetValue(overlap), cancellationToken);
            return secret is null ? CommandRun.Refuse(mistake!) : Tell(result, result.GetValue(id)!, secret);
        });
        var remove = new Command("remove", "Removes a client, and ends every refresh family and consent that it has.") { id };
        CommandRun.SetAction(remove, config, async (result, services, cancellationToken) =>
            await services.GetRequiredService<ClientRegistry>().RemoveAsync(result.GetValue(id)!, cancellationToken) is { } mistake ? CommandRun.Refuse(mistake) : IdentityCommand.Success);
        return new Command("clients", "Applications.") { list, show, Add(config, id), rotate, remove };
    }

    private static Command Add(Option<string[]> config, Argument<string> id)
    {
        var file = new Option<FileInfo?>("--file") { Description = "A JSON file with a registration in the words of RFC 7591; options override it." };
        var name = new Option<string?>("--name") { Description = "Shown to people." };
        var method = new Option<string?>("--auth-method") { Description = "none, client_secret_basic (default), client_secret_post, private_key_jwt." };
        var grants = new Option<string[]>("--grant-type") { Description = "May be repeated. Default: authorization_code and refresh_token." };
        var redirects = new Option<string[]>("--redirect-uri") { Description = "May be repeated." };
        var afterLogout = new Option<string[]>("--post-logout-redirect-uri") { Description = "May be repeated." };
        var scope = new Option<string?>("--scope") { Description = "Space-separated. Default: openid profile email offline_access." };
        var firstParty = new Option<bool>("--first-party") { Description = "Belongs to the operator of this server: no consent is asked, and the password grant is possible." };
        var add = new Command("add", "Adds a client; where it needs a secret and none is given, makes one and prints it, this once.") { id, file, name, method, grants, redirects, afterLogout, scope, firstParty, CommandRun.Json };
        CommandRun.SetAction(add, config, async (result, services, cancellationToken) =>
        {
            var client = new ClientMetadata { GrantTypes = [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken], Scope = "openid profile email offline_access" };
            if (result.GetValue(file) is { } given)
            {
                if (!given.Exists)
                {
                    return CommandRun.Refuse($"--file: {given.Name} does not exist.");
                }

                var (read, wrong) = ClientMetadata.Read(await File.ReadAllTextAsync(given.FullName, cancellationToken));
                if (read is null)
                {
                    return CommandRun.Refuse($"--file: {wrong}");
                }

                client = read;
            }

            client = client with
            {
                ClientId = result.GetValue(id)!,
                ClientName = result.GetValue(name) ?? client.ClientName,
                TokenEndpointAuthMethod = result.GetValue(method) ?? client.TokenEndpointAuthMethod,
                GrantTypes = result.GetValue(grants) is { Length: > 0 } named ? named : client.GrantTypes,
                RedirectUris = result.GetValue(redirects) is { Length: > 0 } uris ? uris : client.RedirectUris,
                PostLogoutRedirectUris = result.GetValue(afterLogout) is { Length: > 0 } others ? others : client.PostLogoutRedirectUris,
                Scope = result.GetValue(scope) ?? client.Scope,
                FirstParty = result.GetValue(firstParty) || client.FirstParty,
            };
            var made = !client.IsPublic && !client.SignsAssertions && client is { ClientSecret: null, ClientSecretHash: null, ClientSecretHashes.Count: 0 } ? ClientRegistry.NewSecret() : null;
            if (await services.GetRequiredService<ClientRegistry>().AddAsync(client with { ClientSecret = made ?? client.ClientSecret }, cancellationToken) is { } mistake)
            {
                return CommandRun.Refuse(mistake);
            }

            return Tell(result, client.ClientId, made);
        }, creates: true);
        return add;
    }

    private static async Task<int> ListAsync(ParseResult result, IServiceProvider services, CancellationToken cancellationToken)
    {
        var rows = await services.GetRequiredService<ClientRegistry>().ListAsync(cancellationToken);
        return CommandRun.Show(result, ["client_id", "client_name", "origin", "auth_method", "grant_types", "disabled_at"], rows.Select(row =>
        {
            var client = ClientMetadata.Read(row.Metadata).Client!;
            return (IReadOnlyList<JsonNode?>)
                [row.ClientId, client.ClientName, row.Origin, client.TokenEndpointAuthMethod, new JsonArray([.. client.GrantTypes.Select(grant => JsonValue.Create(grant))]), CommandRun.Instant(row.DisabledAt)];
        }));
    }

    private static int Show(ParseResult result, ClientRow row)
    {
        var shown = JsonNode.Parse(row.Metadata)!.AsObject();
        // A digest of a secret that a person chose is as good as the secret to whoever guesses.
        var secrets = shown["client_secret_hashes"]?.AsArray().Select(secret => secret!["expires_at"]?.GetValue<long>()).ToList() ?? [];
        shown.Remove("client_secret_hashes");
        shown["secrets"] = new JsonArray([.. secrets.Select(end => (JsonNode?)(end is { } seconds ? $"until {CommandRun.Instant(DateTimeOffset.FromUnixTimeSeconds(seconds))}" : "until it is rotated"))]);
        shown["origin"] = row.Origin;
        shown["disabled_at"] = CommandRun.Instant(row.DisabledAt);
        if (result.GetValue(CommandRun.Json))
        {
            CommandRun.Print(shown);
            return IdentityCommand.Success;
        }

        return CommandRun.Show(result, ["what", "value"], shown.Select(member => (IReadOnlyList<JsonNode?>)[member.Key, member.Value?.DeepClone()]));
    }

    private static int Tell(ParseResult result, string clientId, string? secret)
    {
        if (result.GetValue(CommandRun.Json))
        {
            CommandRun.Print(new JsonObject { ["client_id"] = clientId, ["client_secret"] = secret });
        }
        else if (secret is not null)
        {
            // Alone on standard output, so that a script can keep it.
            Console.Error.WriteLine($"The secret of {clientId}, shown this once:");
            Console.WriteLine(secret);
        }

        return IdentityCommand.Success;
    }
}
