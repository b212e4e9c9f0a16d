using System.Net;
using NicHangExporter.Api;
using NicHangExporter.Hosting;
using NicHangExporter.Logging;
using NicHangExporter.Options;

namespace NicHangExporter.Web;

/// <summary>
/// Checks that a request over loopback is meant for this host. A web page may let its own name point to 127.0.0.1 (DNS
/// rebinding). A browser on this host then takes the exporter for that page's server, and lets the page read the
/// answers. The header <c>Host</c> still has the page's name.
/// </summary>
/// <param name="options">The options: the allowed names, and the path of procfs.</param>
/// <param name="clock">The clock.</param>
/// <param name="logger">The log.</param>
/// <param name="hostsFile">hosts(5), read once.</param>
internal sealed partial class HostCheck(ExporterOptions options, TimeProvider clock, ILogger<HostCheck> logger,
    string hostsFile = HostsFile.Path)
{
    private const string Local = "localhost";

    private readonly HashSet<string> _loopbackNames = HostsFile.LoopbackNames(hostsFile);

    private readonly LogThrottle _refused = new(clock);

    /// <summary>Answers 421, or calls the next middleware.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (!Loopback.Has(context.Connection.LocalIpAddress) || IsOurs(context.Request.Host.Host))
            return next(context);
        if (_refused.IsDue(1, out var sum))
            LogRefused(sum);
        return PlainTextResult.WriteAsync(context, HttpStatusCode.MisdirectedRequest, ApiServices.IsApi(context));
    }

    // Names that can't be another host's: none (HTTP/1.0, so no browser), an address, localhost and names below it (RFC
    // 6761), this machine's host name with or without its domain, the names of loopback addresses in hosts(5), and
    // web.allowed-hosts.
    private bool IsOurs(string host)
    {
        if (host.Length == 0 || IPAddress.IsValid(host))
            return true;
        // The dot of the root.
        var name = host.EndsWith('.') ? host[..^1] : host;
        if (Is(name, Local) || name.EndsWith("." + Local, StringComparison.OrdinalIgnoreCase))
            return true;
        if (_loopbackNames.Contains(name) || options.Web.AllowedHosts.Any(allowed => Is(name, allowed)))
            return true;
        var machine = HostIdentity.HostName(options);
        return Is(name, machine) || Is(name, machine.Split('.')[0]);
    }

    private static bool Is(string name, string other) =>
        other.Length > 0 && name.Equals(other, StringComparison.OrdinalIgnoreCase);

    [LoggerMessage(EventIds.HostRefused, LogLevel.Warning,
        "Requests over loopback for another host's name were refused: {Count} since the last such line. Where a "
        + "proxy passes its own name on, name it in --web.allowed-hosts")]
    private partial void LogRefused(ulong count);
}
