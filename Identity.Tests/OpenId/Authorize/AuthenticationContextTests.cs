using Identity.OpenId.Authorize;

namespace Identity.Tests.OpenId.Authorize;

/// <summary>acr: what is answered, and what an essential one owes (OpenID Connect Core §5.5.1.1).</summary>
public sealed class AuthenticationContextTests
{
    private static readonly DateTimeOffset Asked = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void What_was_proved_reaches_its_classes_and_what_we_have_no_name_for_reaches_none()
    {
        Assert.Equal([AuthenticationContext.Password], AuthenticationContext.Reached(["pwd"]));
        // The strongest first: it is the one that is told.
        Assert.Equal([AuthenticationContext.MultiFactor, AuthenticationContext.Password], AuthenticationContext.Reached(["pwd", "otp", "mfa"]));
        // Nobody knew a password there.
        Assert.Equal([AuthenticationContext.MultiFactor], AuthenticationContext.Reached(AuthenticationContext.Passkey));
        Assert.Equal([AuthenticationContext.MultiFactor], AuthenticationContext.Reached(["qq", "otp", "mfa"]));
        Assert.Empty(AuthenticationContext.Reached(["ext"]));
        Assert.Empty(AuthenticationContext.Reached([]));
    }

    [Theory]
    // A session of a kind that does not reach the class: sign in; without a page, say so; and never twice.
    [InlineData("ext", -1, null, InteractionStep.SignIn, null)]
    [InlineData("ext", -1, "none", InteractionStep.SignIn, "login_required")]
    [InlineData("ext", 0, null, InteractionStep.None, "unmet_authentication_requirements")]
    [InlineData("ext", 1, "none", InteractionStep.None, "unmet_authentication_requirements")]
    [InlineData("pwd", -1, null, InteractionStep.None, null)]
    [InlineData("pwd", 1, "none", InteractionStep.None, null)]
    public void An_essential_class_is_reached_by_one_more_sign_in_or_not_at_all(string method, int secondsAfterTheRequest, string? prompt, InteractionStep step, string? error)
    {
        var verdict = Decide("""{"id_token":{"acr":{"essential":true,"values":["urn:other","urn:cloudmind:acr:password"]}}}""", method, secondsAfterTheRequest, prompt);
        Assert.Equal((step, error), (verdict.Step, verdict.Error?.Error));
    }

    [Theory]
    [InlineData("""{"id_token":{"acr":{"values":["urn:cloudmind:acr:password"]}}}""")]
    [InlineData("""{"id_token":{"acr":{"essential":true}}}""")]
    [InlineData("""{"userinfo":{"acr":{"essential":true,"value":"urn:cloudmind:acr:password"}}}""")]
    public void A_voluntary_one_or_one_without_a_value_owes_nothing(string claims) => Assert.Equal(new InteractionVerdict(InteractionStep.None), Decide(claims, "ext", -1, null));

    [Theory]
    // A second step that is there is asked for, however fresh the first is; where no page may be shown, only what is essential fails.
    [InlineData("pwd", true, MultiFactorIs, null, null, InteractionStep.SecondStep, null)]
    [InlineData("pwd", true, MultiFactorIs, null, "none", InteractionStep.None, "login_required")]
    [InlineData("pwd", true, null, "urn:cloudmind:acr:mfa", null, InteractionStep.SecondStep, null)]
    [InlineData("pwd", true, null, "urn:cloudmind:acr:mfa", "none", InteractionStep.None, null)]
    [InlineData("pwd", true, null, "urn:cloudmind:acr:mfa urn:cloudmind:acr:password", null, InteractionStep.None, null)]
    [InlineData("pwd", true, null, "urn:other", null, InteractionStep.None, null)]
    [InlineData("pwd", false, null, "urn:cloudmind:acr:mfa", null, InteractionStep.None, null)]
    [InlineData("mfa", true, MultiFactorIs, "urn:cloudmind:acr:mfa", null, InteractionStep.None, null)]
    // A second step makes no password of what was none.
    [InlineData("qq", true, """{"id_token":{"acr":{"essential":true,"value":"urn:cloudmind:acr:password"}}}""", null, null, InteractionStep.None, "unmet_authentication_requirements")]
    [InlineData("pwd", true, MultiFactorIs, null, "select_account", InteractionStep.SelectAccount, null)]
    public void A_second_step_that_the_account_has_is_owed_to_a_client_that_wants_it(string method, bool hasSecondStep, string? claims, string? acrValues, string? prompt, InteractionStep step, string? error)
    {
        var verdict = Decide(claims, method, prompt is "select_account" ? -1 : 0, prompt, acrValues, hasSecondStep);
        Assert.Equal((prompt is "none" && error is not null ? InteractionStep.SecondStep : step, error), (verdict.Step, verdict.Error?.Error));
    }

    private const string MultiFactorIs = """{"id_token":{"acr":{"essential":true,"value":"urn:cloudmind:acr:mfa"}}}""";

    private static InteractionVerdict Decide(string? claims, string method, int seconds, string? prompt, string? acrValues = null, bool hasSecondStep = false)
    {
        Assert.True(ClaimsRequest.Parse(claims).Succeeded(out var wanted, out _));
        var request = new AuthorizeRequest { ClientId = "c", RedirectUri = "https://rp.example/", ResponseType = "code", Claims = wanted, AcrValues = acrValues, Prompt = prompt is null ? [] : [prompt] };
        var session = new SessionState("u_1", Asked.AddSeconds(seconds)) { Methods = [method], HasSecondStep = hasSecondStep };
        return Interaction.Decide(new(request, Asked, session, HintedSubject: null, AccountChosen: false, ConsentNeeded: false, ConsentAt: null), Asked.AddSeconds(10));
    }
}
