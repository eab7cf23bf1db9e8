using Identity.OpenId.Authorize;
using Identity.OpenId.Clients;

namespace Identity.Tests.OpenId.Authorize;

/// <summary>prompt=create, Initiating User Registration 1.0.</summary>
public sealed class PromptValuesTests
{
    private static readonly DateTimeOffset Asked = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    // Nobody, somebody from before, and whoever came out of the page: by a new account or by the sign-in that it leads to.
    [InlineData("create", null, InteractionStep.Register)]
    [InlineData("create", -1, InteractionStep.Register)]
    [InlineData("create", 0, InteractionStep.None)]
    [InlineData("create login", -1, InteractionStep.Register)]
    [InlineData("create login", 1, InteractionStep.None)]
    [InlineData("create select_account", 1, InteractionStep.None)]
    [InlineData("create consent", 1, InteractionStep.Consent)]
    [InlineData("login", -1, InteractionStep.SignIn)]
    public void Whoever_is_to_make_an_account_sees_that_page_first_and_once(string prompt, int? seconds, InteractionStep step)
    {
        var session = seconds is { } at ? new SessionState("u_1", Asked.AddSeconds(at)) : null;
        Assert.Equal(new InteractionVerdict(step), Interaction.Decide(new(Of(prompt), Asked, session, HintedSubject: null, AccountChosen: false, ConsentNeeded: false, ConsentAt: null), Asked.AddSeconds(10)));
    }

    [Theory]
    [InlineData("create", true, null)]
    [InlineData("create", false, "invalid_request")]
    [InlineData("create none", true, "invalid_request")]
    [InlineData("login consent", false, null)]
    public void It_is_taken_where_people_may_make_accounts(string prompt, bool registration, string? error)
    {
        var client = new ClientMetadata { ClientId = "c", GrantTypes = ["authorization_code"], RequirePkce = false };
        Assert.Equal(error, AuthorizeRules.FirstMistake(new(Of(prompt), client, [], new PromptValues(registration).Offered, Pushed: false))?.Error);
    }

    private static AuthorizeRequest Of(string prompt) => new() { ClientId = "c", RedirectUri = "https://rp.example/", ResponseType = "code", Prompt = prompt.Split(' ') };
}
