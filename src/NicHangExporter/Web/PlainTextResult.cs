using System.Net;
using System.Text;

namespace NicHangExporter.Web;

/// <summary>An answer that says its status and nothing else: nothing of the request is in it.</summary>
internal static class PlainTextResult
{
    /// <summary>
    /// Writes it: as problem details (RFC 9457) where a program is expected to read it, else as text.
    /// </summary>
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
        var body = Encoding.ASCII.GetBytes(asProblem ? $$"""{"type":"about:blank","title":"{{title}}","status":{{(int)status}}}""" : title + ".\n");
        context.Response.StatusCode = (int)status;
        context.Response.ContentType = asProblem ? "application/problem+json" : "text/plain; charset=utf-8";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
