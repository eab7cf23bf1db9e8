using Identity.OpenId.Errors;

namespace Identity.Server.External;

/// <summary>Asks one provider who somebody is.</summary>
internal interface IProviderClient
{
    /// <summary>Spends the proof. It is never sent twice, whatever happens.</summary>
    Task<Result<ExternalUser>> IdentifyAsync(ExternalApp app, ExternalProof proof, CancellationToken cancellationToken);
}
