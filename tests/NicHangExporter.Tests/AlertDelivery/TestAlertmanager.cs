using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using NicHangExporter.TestSupport;
using NicHangExporter.Tests.Web;

namespace NicHangExporter.Tests.AlertDelivery;

internal sealed record ReceivedPost(
    string Method, string Path, string? Authorization, string? ContentType, string? Client, string Host,
    JsonArray Alerts)
{
    public JsonObject Labels(int alert = 0) => Alerts[alert]!["labels"]!.AsObject();
}

/// <summary>A server in place of an Alertmanager, over HTTP or HTTPS. It keeps the posts and answers what the test
/// sets.</summary>
internal sealed class TestAlertmanager : IAsyncDisposable
{
    private readonly WebApplication _server;

    private TestAlertmanager(WebApplication server) => _server = server;

    public ConcurrentQueue<ReceivedPost> Requests { get; } = [];

    /// <summary>The answer; by default 200 without a body.</summary>
    public Func<HttpContext, ReceivedPost, Task> Answer { get; set; } = (_, _) => Task.CompletedTask;

    public Uri Url =>
        new(_server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()
            .Replace("0.0.0.0", "localhost", StringComparison.Ordinal));

    public ReceivedPost Last => Requests.Last();

    /// <summary>Listens on a free port.</summary>
    /// <param name="certificate">The certificate of the server; null for HTTP.</param>
    /// <param name="client">Requires a client certificate.</param>
    public static async Task<TestAlertmanager> StartAsync(Issued? certificate = null, bool client = false)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Any, 0, listen =>
        {
            if (certificate is not null)
                listen.UseHttps(new HttpsConnectionAdapterOptions
                {
                    ServerCertificate = certificate.Load(),
                    ClientCertificateMode = client ? ClientCertificateMode.RequireCertificate
                        : ClientCertificateMode.NoCertificate,
                    ClientCertificateValidation = (_, _, _) => true,
                });
        }));
        var server = new TestAlertmanager(builder.Build());
        server._server.Run(server.HandleAsync);
        await server._server.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var text = await reader.ReadToEndAsync(context.RequestAborted);
        var request = new ReceivedPost(context.Request.Method, context.Request.Path,
            context.Request.Headers.Authorization, context.Request.ContentType,
            context.Connection.ClientCertificate?.Subject, context.Request.Host.Value!,
            text.Length > 0 ? JsonNode.Parse(text)!.AsArray() : []);
        Requests.Enqueue(request);
        await Answer(context, request);
    }
}
