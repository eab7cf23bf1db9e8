using Identity.Tests.Support;

namespace Identity.Tests.Server.Health;

public sealed class HealthTests(HealthTests.PlainHost host) : IClassFixture<HealthTests.PlainHost>
{
    [Fact]
    public async Task A_server_that_serves_says_so_over_plain_http_too()
    {
        Assert.Equal((200, """{"status":"live"}"""), Of(await host.GetAsync("/health/live")));
        Assert.Equal((200, """{"status":"ready"}"""), Of(await host.GetAsync("/health/ready")));
        Assert.Equal("no-store", (await host.GetAsync("/health/ready")).Headers["Cache-Control"]);
        // The rest of it does not.
        Assert.Equal(400, (await host.GetAsync("/.well-known/jwks")).Status);
    }

    [Fact]
    public async Task A_database_that_is_older_than_the_server_makes_it_unready_and_not_dead()
    {
        await host.WriteAsync(async db => { await Execute(db, "CREATE TABLE kept AS SELECT * FROM schema_versions"); return await Execute(db, "DELETE FROM schema_versions WHERE number = 8"); });
        Assert.Equal((503, """{"status":"the database is not migrated"}"""), Of(await host.GetAsync("/health/ready")));
        Assert.Equal(200, (await host.GetAsync("/health/live")).Status);
        await host.WriteAsync(db => Execute(db, "DROP TABLE schema_versions"));
        Assert.Equal((503, """{"status":"the database does not answer"}"""), Of(await host.GetAsync("/health/ready")));
        await host.WriteAsync(db => Execute(db, "ALTER TABLE kept RENAME TO schema_versions"));
        // A newer version has been here: that is no harm.
        await host.WriteAsync(db => Execute(db, "INSERT INTO schema_versions (number) VALUES (999)"));
        Assert.Equal(200, (await host.GetAsync("/health/ready")).Status);
    }

    private static (int Status, string Body) Of(Answer answer) => (answer.Status, answer.Body);

    private static Task<int> Execute(Identity.Server.Data.IdentityDb db, string sql) =>
        Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.ExecuteSqlRawAsync(db.Database, sql, TestContext.Current.CancellationToken);

    public sealed class PlainHost : IdentityHost
    {
        protected override string Environment => "Production";

        protected override IEnumerable<string> Settings => ["--Issuer=https://id.example", "--Accounts:PasswordIterations=100000"];
    }
}
