using System.Text.Json.Serialization;
using Identity.OpenId.Authorize;
using Identity.OpenId.Device;
using Identity.OpenId.Discovery;
using Identity.OpenId.Errors;
using Identity.OpenId.Introspection;
using Identity.OpenId.Keys;
using Identity.OpenId.Token;

namespace Identity.OpenId;

/// <summary>The JSON of the protocol: snake_case names, absent where there is no value.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TokenResponse))]
[JsonSerializable(typeof(OAuthError))]
[JsonSerializable(typeof(ProviderMetadata))]
[JsonSerializable(typeof(JwksDocument))]
[JsonSerializable(typeof(IntrospectionResponse))]
[JsonSerializable(typeof(PushedResponse))]
[JsonSerializable(typeof(DeviceResponse))]
public sealed partial class OpenIdJson : JsonSerializerContext;
