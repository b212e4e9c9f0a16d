using System.Net;
using Microsoft.AspNetCore.Http.Features;
using NicHangExporter.Web;

namespace NicHangExporter.Cli;

/// <summary>Carries the requests of an HTTP client to the routes of this process, without a connection.</summary>
/// <param name="pipeline">Answers the requests.</param>
/// <param name="services">The services of the pipeline; each request gets a scope.</param>
internal sealed class InProcessHandler(RequestDelegate pipeline, IServiceProvider services) : HttpMessageHandler
{
    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await using var scope = services.CreateAsyncScope();
        var body = new MemoryStream();
        var context = new DefaultHttpContext(await FeaturesAsync(request, body, cancellationToken))
        {
            RequestServices = scope.ServiceProvider,
            RequestAborted = cancellationToken,
        };
        await pipeline(context);
        var answer = new HttpResponseMessage((HttpStatusCode)context.Response.StatusCode)
        {
            RequestMessage = request,
            Content = new ByteArrayContent(body.ToArray()),
        };
        foreach (var (name, values) in context.Response.Headers)
            if (!answer.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
                answer.Content.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
        return answer;
    }

    private static async Task<FeatureCollection> FeaturesAsync(
        HttpRequestMessage request, Stream answer, CancellationToken cancellation)
    {
        var headers = new HeaderDictionary();
        foreach (var (name, values) in request.Headers.Concat(
            request.Content?.Headers ?? Enumerable.Empty<KeyValuePair<string, IEnumerable<string>>>()))
            headers[name] = values.ToArray();
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Protocol = HttpProtocol.Http11,
            Method = request.Method.Method,
            Scheme = request.RequestUri!.Scheme,
            Path = Uri.UnescapeDataString(request.RequestUri.AbsolutePath),
            QueryString = request.RequestUri.Query,
            Headers = headers,
            Body = request.Content is { } content ? await content.ReadAsStreamAsync(cancellation) : Stream.Null,
        });
        // Nobody can read along.
        features.Set<IHttpConnectionFeature>(new HttpConnectionFeature { LocalIpAddress = IPAddress.Loopback });
        features.Set<IHttpResponseFeature>(new HttpResponseFeature());
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(answer));
        return features;
    }
}
