using Identity.OpenId.Errors;

namespace Identity.Server.External;

/// <summary>Carries a refusal through the framework's handler, which knows no other way to fail; <see cref="RefusalOf"/> takes it out at the other end.</summary>
#pragma warning disable CA1032, RCS1194 // It exists to carry one value.
internal sealed class ExternalSignInException(OAuthError error) : Exception(error.Description)
#pragma warning restore CA1032, RCS1194
{
    private OAuthError Refusal => error;

    /// <summary>What is behind a handler's failure. One that is not ours is what the browser brought: an unknown state, an error of the provider, no code.</summary>
    public static OAuthError RefusalOf(Exception? failure)
    {
        for (var inner = failure; inner is not null; inner = inner.InnerException)
        {
            if (inner is ExternalSignInException ours)
            {
                return ours.Refusal;
            }
        }

        return ExternalRefusals.ProofRefused;
    }
}
