using System.Text.Json.Nodes;
using Identity.Tests.Support;
using Microsoft.Data.Sqlite;

namespace Identity.Tests.Attacks;

/// <summary>The code flow's clients, two of which an attacker would like to take for each other, and ways to look at all that is stored.</summary>
public sealed class AttackHost : CodeFlowHost
{
    public const string RivalCallback = "https://rival.example/callback";

    protected override JsonArray Clients =>
    [
        .. base.Clients.Select(client => client!.DeepClone()),
        Like("site", "rival", client =>
        {
            client["redirect_uris"] = new JsonArray(RivalCallback, Callback);
            client["post_logout_redirect_uris"] = new JsonArray("https://rival.example/bye");
        }),
        Like("shop", "market", client => (client["client_name"], client["client_uri"]) = ("The Market", "https://market.example/")),
        Like("spa", "desktop", client => client["redirect_uris"] = new JsonArray("http://127.0.0.1/callback")),
        Like("lax", "laxpublic", client =>
        {
            client.Remove("client_secret");
            client["token_endpoint_auth_method"] = "none";
        }),
    ];

    /// <summary>Every row of every table as text: what two equal ones prove is that nothing was changed.</summary>
    public async Task<string> EverythingStoredAsync()
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(Folder, "identity.db")}");
        await connection.OpenAsync();
        var rows = new List<string>();
        foreach (var table in await ReadAsync("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"))
        {
            rows.AddRange((await ReadAsync($"SELECT * FROM {table}")).Select(row => $"{table}: {row}"));
        }

        return string.Join('\n', rows);

        async Task<List<string>> ReadAsync(string sql)
        {
            await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Names of our own tables.
            command.CommandText = sql;
#pragma warning restore CA2100
            await using var reader = await command.ExecuteReaderAsync();
            var read = new List<string>();
            while (await reader.ReadAsync())
            {
                read.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(column => reader.GetValue(column) is byte[] octets ? Convert.ToHexString(octets) : reader.GetValue(column).ToString())));
            }

            read.Sort(StringComparer.Ordinal);
            return read;
        }
    }

    private JsonObject Like(string model, string id, Action<JsonObject> change)
    {
        var client = (JsonObject)base.Clients.Single(one => one!["client_id"]!.GetValue<string>() == model)!.DeepClone();
        client["client_id"] = id;
        change(client);
        return client;
    }
}
