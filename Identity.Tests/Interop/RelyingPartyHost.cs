using System.Text.Json.Nodes;
using Identity.Tests.Support;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http;

namespace Identity.Tests.Interop;

/// <summary>A server for other people's relying parties: they hold <c>exp</c> against the real time, and it may really call them.</summary>
public class RelyingPartyHost : CodeFlowHost
{
    protected override JsonArray Clients =>
    [
        .. base.Clients.Select(client => client!.DeepClone()),
        new JsonObject
        {
            ["client_id"] = "signed",
            ["client_name"] = "The Signer",
            ["token_endpoint_auth_method"] = "private_key_jwt",
            ["jwks"] = SigningClient.Jwks(),
            ["grant_types"] = new JsonArray("authorization_code", "refresh_token"),
            ["redirect_uris"] = new JsonArray(Callback),
            ["post_logout_redirect_uris"] = new JsonArray("https://rp.example/bye"),
            ["require_pushed_authorization_requests"] = true,
            ["require_auth_time"] = true,
            ["scope"] = "openid profile email offline_access",
        },
        Bank("guarded", client => client["require_dpop_nonce"] = true),
    ];

    /// <summary>A client of the FAPI 2.0 Security Profile, like "bank" of the code flow's host, which it stands beside.</summary>
    private JsonObject Bank(string id, Action<JsonObject> change) => Client(id, client =>
    {
        client.Remove("client_secret");
        client["profile"] = "fapi2";
        client["token_endpoint_auth_method"] = "private_key_jwt";
        client["jwks"] = SigningClient.Jwks();
        client["id_token_signed_response_alg"] = "ES256";
        client["first_party"] = true;
        change(client);
    });

    protected override void Configure(WebApplicationBuilder builder)
    {
        builder.Services.Replace(ServiceDescriptor.Singleton(TimeProvider.System));
        builder.Services.PostConfigureAll<HttpClientFactoryOptions>(options => options.HttpMessageHandlerBuilderActions.Add(handlers => handlers.PrimaryHandler = new SocketsHttpHandler()));
    }
}
