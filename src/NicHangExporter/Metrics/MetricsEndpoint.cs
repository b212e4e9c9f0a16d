using System.Reflection;

namespace NicHangExporter.Metrics;

/// <summary>
/// Answers a scrape, in the text format 0.0.4 or in OpenMetrics 1.0.0, whichever the client prefers.
/// </summary>
internal sealed class MetricsEndpoint(ExpositionSource source, TimeProvider clock)
{
    private static readonly string[] ContentTypes =
    [
        "text/plain; version=0.0.4; charset=utf-8",
        "application/openmetrics-text; version=1.0.0; charset=utf-8",
    ];

    private static readonly (string Version, string Revision) Build = ReadBuild();

    private readonly SharedRendering _rendering =
        new((body, representation) => source.Render(body, representation.Format), clock);

    /// <summary>Version and revision of this program.</summary>
    public static (string Version, string Revision) BuildVersion => Build;

    /// <summary>Handles GET and HEAD.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        var representation = new Representation(ExpositionFormat.Text);
        using var reading = await _rendering.ReadAsync(representation);
        var response = context.Response;
        response.ContentType = ContentTypes[(int)representation.Format];
        response.ContentLength = reading.Body.Length;
        if (HttpMethods.IsHead(context.Request.Method))
            return;
        try
        {
            // Written in pieces: the server copies each write and keeps its buffer.
            for (var piece = 0; piece < reading.Body.PieceCount; piece++)
                if ((await response.BodyWriter.WriteAsync(reading.Body.Piece(piece), reading.Dropped)).IsCompleted)
                    return;
        }
        catch (OperationCanceledException) when (reading.Dropped.IsCancellationRequested)
        {
            context.Abort();
        }
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
