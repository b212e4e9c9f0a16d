using System.Text;
using NicHangExporter.Detection;
using NicHangExporter.Metrics;

namespace NicHangExporter.Web;

/// <summary>The pages that are not in the API: metrics, landing page, health and readiness.</summary>
internal static class PageEndpoints
{
    private static readonly string[] Get = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Answers scrapes before routing, which allocates memory for each request.</summary>
    public static void UseMetrics(
        this IApplicationBuilder application, string telemetryPath, RequestDelegate metrics) =>
        application.Use((context, next) =>
            context.Request.Path.Value == telemetryPath && Get.Contains(context.Request.Method, StringComparer.Ordinal)
                ? metrics(context)
                : next(context));

    /// <summary>Maps the other pages, and plain text for every path that nothing else answers.</summary>
    public static void MapPages(this IEndpointRouteBuilder endpoints, string telemetryPath, HangMonitor monitor)
    {
        var page = new Page(StatusCodes.Status200OK, LandingPage.Render(telemetryPath), "text/html; charset=utf-8");
        var healthy = new Page(StatusCodes.Status200OK, "Healthy.\n"u8.ToArray());
        var ready = new Page(StatusCodes.Status200OK, "Ready.\n"u8.ToArray());
        var starting = new Page(StatusCodes.Status503ServiceUnavailable,
            "Still reading the kernel log of before the start.\n"u8.ToArray());
        var notFound = new Page(StatusCodes.Status404NotFound,
            Encoding.UTF8.GetBytes($"Not found. Metrics are at {telemetryPath}.\n"));
        var notAllowed = new Page(StatusCodes.Status405MethodNotAllowed,
            "Only GET and HEAD are answered here.\n"u8.ToArray());

        // Short circuit: the authentication of the API does not run for them.
        endpoints.MapMethods("/", Get, page.WriteAsync).ShortCircuit();
        endpoints.MapMethods(WebConfigMiddleware.HealthPath, Get, healthy.WriteAsync).ShortCircuit();
        endpoints.MapMethods("/-/ready", Get,
            context => (monitor.Ready.IsCompleted ? ready : starting).WriteAsync(context)).ShortCircuit();
        // Without these, routing answers 404 and 405 with an empty body. A method is refused before a path.
        endpoints.Map("/api/{**path}", notFound.WriteAsync).WithOrder(int.MaxValue - 1);
        endpoints.Map("/{**path}",
            context => (Get.Contains(context.Request.Method, StringComparer.Ordinal) ? notFound : notAllowed)
            .WriteAsync(context))
            .WithOrder(int.MaxValue);
    }

    private sealed record Page(int Status, byte[] Body, string Type = "text/plain; charset=utf-8")
    {
        public async Task WriteAsync(HttpContext context)
        {
            var response = context.Response;
            (response.StatusCode, response.ContentType, response.ContentLength) = (Status, Type, Body.Length);
            response.Headers.XContentTypeOptions = "nosniff";
            if (Status == StatusCodes.Status405MethodNotAllowed)
                response.Headers.Allow = "GET, HEAD";
            if (!HttpMethods.IsHead(context.Request.Method))
                await response.Body.WriteAsync(Body, context.RequestAborted);
        }
    }
}
