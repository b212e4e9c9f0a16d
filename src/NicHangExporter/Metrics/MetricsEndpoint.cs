using System.Reflection;

namespace NicHangExporter.Metrics;

/// <summary>Answers a scrape in the text format 0.0.4.</summary>
internal sealed class MetricsEndpoint(ExpositionSource source, TimeProvider clock)
{
    private const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private static readonly (string Version, string Revision) Build = ReadBuild();

    private readonly SharedRendering _rendering = new(source.RenderAsync, clock);

    /// <summary>Version and revision of this program.</summary>
    public static (string Version, string Revision) BuildVersion => Build;

    /// <summary>Handles GET and HEAD.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        using var reading = await _rendering.ReadAsync();
        using var dropped = reading.Dropped.Register(context.Abort);
        context.Response.ContentType = ContentType;
        context.Response.ContentLength = reading.Body.Length;
        if (HttpMethods.IsHead(context.Request.Method))
            return;
        // Written in pieces: the server copies each write and keeps its buffer.
        foreach (var piece in reading.Body.Pieces)
        {
            if (reading.Dropped.IsCancellationRequested)
                return;
            await context.Response.Body.WriteAsync(piece, context.RequestAborted);
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
