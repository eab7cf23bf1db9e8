using Identity.OpenId.Errors;
using Identity.OpenId.Scopes;
using Identity.OpenId.Token;
using Identity.Server.Clients;
using Identity.Server.Hosting;
using Identity.Server.Issuing;

namespace Identity.Server.Token;

/// <summary>Proves one kind of grant. Every step that grants share is <see cref="TokenExchange"/>'s, so none of them can forget one.</summary>
internal interface IGrant
{
    string GrantType { get; }

    /// <summary>Which scopes it may carry.</summary>
    ScopePolicy Scopes { get; }

    Task<Result<Authorization>> AuthorizeAsync(GrantContext context, CancellationToken cancellationToken);
}

/// <summary>What a grant is given: proved client, parsed request, scopes that the client may have.</summary>
internal sealed record GrantContext(AuthenticatedClient Client, TokenRequest Request, ScopeSet Scopes, Caller Caller);
