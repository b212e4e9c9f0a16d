using System.IO.Compression;
using System.Reflection;
using Microsoft.Extensions.Primitives;

namespace NicHangExporter.Metrics;

/// <summary>
/// Answers a scrape, in the text format 0.0.4 or in OpenMetrics 1.0.0, whichever the client prefers.
/// </summary>
internal sealed class MetricsEndpoint
{
    private static readonly string[] ContentTypes =
    [
        "text/plain; version=0.0.4; charset=utf-8",
        "application/openmetrics-text; version=1.0.0; charset=utf-8",
    ];

    private static readonly StringValues Varying = new("Accept, Accept-Encoding");

    private static readonly (string Version, string Revision) Build = ReadBuild();

    private readonly ExpositionBody _uncompressed = new();
    private readonly SharedRendering _rendering;

    public MetricsEndpoint(ExpositionSource source, TimeProvider clock) =>
        _rendering = new SharedRendering((body, representation) => Render(source, body, representation), clock);

    /// <summary>Version and revision of this program.</summary>
    public static (string Version, string Revision) BuildVersion => Build;

    /// <summary>Handles GET and HEAD.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        var request = context.Request.Headers;
        var representation = ContentNegotiation.Select(request.Accept, request.AcceptEncoding);
        using var reading = await _rendering.ReadAsync(representation);
        var response = context.Response;
        response.ContentType = ContentTypes[(int)representation.Format];
        response.Headers.Vary = Varying;
        if (representation.IsCompressed)
            response.Headers.ContentEncoding = "gzip";
        response.ContentLength = reading.Body.Length;
        if (HttpMethods.IsHead(context.Request.Method))
            return;
        try
        {
            // The writer has memory of its own before the headers, and copies it.
            await response.StartAsync(reading.Dropped);
            // Written in pieces: the server copies each write and keeps its buffer. Without a length for its buffer it
            // makes many small ones, and one array more to send them.
            for (var index = 0; index < reading.Body.PieceCount; index++)
            {
                var piece = reading.Body.Piece(index);
                piece.CopyTo(response.BodyWriter.GetMemory(piece.Length));
                response.BodyWriter.Advance(piece.Length);
                if ((await response.BodyWriter.FlushAsync(reading.Dropped)).IsCompleted)
                    return;
            }
        }
        catch (OperationCanceledException) when (reading.Dropped.IsCancellationRequested)
        {
            context.Abort();
        }
    }

    // One rendering runs at a time, so the buffers have one user.
    private void Render(ExpositionSource source, ExpositionBody body, Representation representation)
    {
        if (!representation.IsCompressed)
        {
            source.Render(body, representation.Format);
            return;
        }
        _uncompressed.Clear();
        source.Render(_uncompressed, representation.Format);
        using var compressed = new GZipStream(body.AsStream(), CompressionLevel.Fastest);
        for (var piece = 0; piece < _uncompressed.PieceCount; piece++)
            compressed.Write(_uncompressed.Piece(piece).Span);
    }

    private static (string Version, string Revision) ReadBuild()
    {
        var version =
            typeof(MetricsEndpoint)
                .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
                ?.InformationalVersion
            ?? "unknown";
        return version.Split('+', 2) is [var number, var revision] ? (number, revision) : (version, "unknown");
    }
}
