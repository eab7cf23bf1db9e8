using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Identity.Tests.Support;

/// <summary>A balancer without memory: each request goes to any node of those that it has at that moment. One that cannot be reached gets nothing more.</summary>
internal sealed class Balancer
{
    private ImmutableList<Uri> nodes = [];

    public IReadOnlyList<Uri> Nodes => nodes;

    /// <summary>How many answers came from each node.</summary>
    public ConcurrentDictionary<Uri, int> Answers { get; } = [];

    public void Add(Uri node) => ImmutableInterlocked.Update(ref nodes, all => all.Add(node));

    public void Remove(Uri node) => ImmutableInterlocked.Update(ref nodes, all => all.Remove(node));

    /// <summary>A way through it to the nodes.</summary>
    public HttpMessageHandler Before(SocketsHttpHandler network) => new Way(this, network);

    private sealed class Way(Balancer balancer, SocketsHttpHandler network) : DelegatingHandler(network)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var all = balancer.nodes;
            var node = all[Random.Shared.Next(all.Count)];
            request.Headers.Host = request.RequestUri!.Authority;
            request.RequestUri = new UriBuilder(request.RequestUri) { Scheme = node.Scheme, Host = node.Host, Port = node.Port }.Uri;
            try
            {
                var response = await base.SendAsync(request, cancellationToken);
                balancer.Answers.AddOrUpdate(node, 1, (_, before) => before + 1);
                return response;
            }
            catch (HttpRequestException)
            {
                balancer.Remove(node);
                throw;
            }
        }
    }
}
