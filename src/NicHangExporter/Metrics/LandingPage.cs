using System.Net;
using System.Text;
using NicHangExporter.Hosting;

namespace NicHangExporter.Metrics;

/// <summary>The page at <c>/</c>: version and links.</summary>
internal static class LandingPage
{
    public static byte[] Render(string telemetryPath)
    {
        var (version, whole) = MetricsEndpoint.BuildVersion;
        var revision = whole[..Math.Min(whole.Length, StartLog.RevisionLength)];
        return Encoding.UTF8.GetBytes(
            $$"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
              <meta charset="utf-8">
              <meta name="viewport" content="width=device-width">
              <title>NicHangExporter</title>
              <style>body { font-family: sans-serif; margin: 3em; max-width: 40em }</style>
            </head>
            <body>
              <h1>NicHangExporter</h1>
              <p>Sees hangs of network devices. Version {{WebUtility.HtmlEncode(version)}}, revision {{WebUtility.HtmlEncode(revision)}}.</p>
              <ul>
                <li><a href="{{WebUtility.HtmlEncode(telemetryPath)}}">Metrics</a></li>
                <li><a href="/-/healthy">Healthy</a></li>
                <li><a href="/-/ready">Ready</a></li>
              </ul>
            </body>
            </html>

            """);
    }
}
