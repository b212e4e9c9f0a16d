using System.Net;
using System.Text;

namespace NicHangExporter.Web;

/// <summary>An answer with its status and nothing of the request.</summary>
internal static class PlainTextResult
{
    /// <summary>Writes it as problem details (RFC 9457) for programs, or as text.</summary>
    public static async Task WriteAsync(HttpContext context, HttpStatusCode status, bool asProblem)
    {
        var title = status switch
        {
            HttpStatusCode.Unauthorized => "Unauthorized",
            HttpStatusCode.TooManyRequests => "Too Many Requests",
            HttpStatusCode.MisdirectedRequest =>
                "Misdirected Request: over loopback, Host must be localhost, an address, this machine's host name or "
                + "one of --web.allowed-hosts",
            _ => "Service Unavailable",
        };
        var body = Encoding.ASCII.GetBytes(asProblem
            ? $$"""{"type":"about:blank","title":"{{title}}","status":{{(int)status}}}"""
            : title + ".\n");
        context.Response.StatusCode = (int)status;
        context.Response.ContentType = asProblem ? "application/problem+json" : "text/plain; charset=utf-8";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
