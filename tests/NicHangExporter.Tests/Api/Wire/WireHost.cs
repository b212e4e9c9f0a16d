using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NicHangExporter.Hosting;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.State;
using NicHangExporter.TestSupport;
using NicHangExporter.Web;

namespace NicHangExporter.Tests.Api.Wire;

/// <summary>
/// The program's own pipeline on a real port, over a directory for sysfs with one NIC called eno1. Requests are
/// raw bytes, and answers are text without what differs from run to run.
/// </summary>
internal sealed partial class WireHost : IAsyncDisposable
{
    public const string Read = "read-token-0123456789abcdef0123456789abcdef";
    public const string Remediate = "remediate-token-0123456789abcdef01234567";
    public const string Admin = "admin-token-0123456789abcdef0123456789abcdef";

    private readonly TemporaryDirectory _directory = new();
    private readonly SysfsTree _sysfs = new();
    private WebApplication _application = null!;

    private WireHost()
    {
    }

    public IPEndPoint EndPoint { get; private set; } = null!;

    public IServiceProvider Services => _application.Services;

    public string StateDirectory => _directory.File("state");

    /// <summary>Starts the server and the remediation thread; nothing watches the kernel log.</summary>
    public static async Task<WireHost> StartAsync(bool withApi = true, Func<ExporterOptions,
        ExporterOptions>? configure = null)
    {
        var host = new WireHost();
        var options = host.Options(withApi);
        options = configure?.Invoke(options) ?? options;
        host._application = ExporterHost.Build(options, TimeProvider.System);
        var services = host._application.Services;
        Assert.True(services.GetRequiredService<StateDirectory>().TryTake());
        await services.GetRequiredService<LocalApiServer>().StartAsync();
        services.GetRequiredService<RemediationWorker>().Start();
        services.GetRequiredService<Remediator>().Start();
        await services.GetRequiredService<Remediator>().Ready;
        await host._application.StartAsync(TestContext.Current.CancellationToken);
        host.EndPoint = IPEndPoint.Parse(new Uri(host._application.Urls.Single()).Authority);
        return host;
    }

    /// <summary>Sends a request on a connection of its own and reads one answer.</summary>
    public async Task<string> ExchangeAsync(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(EndPoint, TestContext.Current.CancellationToken);
        return Stable(await ExchangeAsync(client.GetStream(), request), EndPoint.Port);
    }

    /// <summary>The socket in the state directory.</summary>
    public string SocketPath => LocalApiServer.PathIn(StateDirectory);

    /// <summary>The same on the Unix socket.</summary>
    public async Task<string> ExchangeLocallyAsync(string request)
    {
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), TestContext.Current.CancellationToken);
        await using var stream = new NetworkStream(client);
        return Stable(await ExchangeAsync(stream, request), EndPoint.Port);
    }

    /// <summary>The same on a stream that is connected.</summary>
    public static async Task<string> ExchangeAsync(Stream stream, string request)
    {
        var stop = TestContext.Current.CancellationToken;
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), stop);
        var bytes = new List<byte>();
        var one = new byte[1];
        while (!EndsHeaders(bytes) && await stream.ReadAsync(one, stop) > 0)
            bytes.Add(one[0]);
        var head = Encoding.Latin1.GetString([.. bytes]);
        var length = request.StartsWith("HEAD ", StringComparison.Ordinal) ? 0
            : ContentLength().Match(head) is { Success: true } match
                ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
                : int.MaxValue;
        var body = new MemoryStream();
        while (body.Length < length && await stream.ReadAsync(one, stop) > 0)
            body.Write(one);
        return head + Encoding.UTF8.GetString(body.ToArray());
    }

    /// <summary>Stops the server, and reads the series of the API's own counters.</summary>
    public async Task<string> CountersAsync()
    {
        // A request is counted after its answer was sent. The stop waits for that.
        await _application.StopAsync(TestContext.Current.CancellationToken);
        using var stream = new MemoryStream();
        await Services.GetRequiredService<ExporterMetrics>().Registry
            .CollectAndExportAsTextAsync(stream, TestContext.Current.CancellationToken);
        var lines = Encoding.UTF8.GetString(stream.ToArray()).Split('\n')
            .Where(line => line.StartsWith("nichang_api_", StringComparison.Ordinal));
        return string.Join('\n', lines.Order(StringComparer.Ordinal)) + "\n";
    }

    public async ValueTask DisposeAsync()
    {
        await Services.GetRequiredService<LocalApiServer>().StopAsync(TestContext.Current.CancellationToken);
        await _application.StopAsync(TestContext.Current.CancellationToken);
        await Services.GetRequiredService<Remediator>().StopAsync(TimeSpan.FromSeconds(10));
        await _application.DisposeAsync();
        _sysfs.Dispose();
        _directory.Dispose();
    }

    /// <summary>An answer without what differs from run to run: times, ids, ports, the build.</summary>
    public static string Stable(string answer, int port)
    {
        answer = Date().Replace(answer, "Date: (date)");
        answer = Ids().Replace(answer, "(id)");
        answer = Times().Replace(answer, "(time)");
        answer = answer.Replace($":{port}", ":(port)", StringComparison.Ordinal);
        // The length of a scrape and of the page with the build differ; what is in them, other tests say.
        if (answer.Contains("version=0.0.4", StringComparison.Ordinal)
            || answer.Contains("text/html", StringComparison.Ordinal))
            answer = Length()
                .Replace(answer[..(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 2)], "$1(length)");
        return answer.Replace("\r\n", "\n", StringComparison.Ordinal);
    }

    private ExporterOptions Options(bool withApi)
    {
        _sysfs.Add("eno1"u8, "pci0000:00/0000:00:1f.6", "pci", "e1000e");
        foreach (var row in KernelMetrics.Files)
            _sysfs.Write("eno1", row.File, "0\n");
        _sysfs.Write("eno1", "ifindex", "2\n");
        _sysfs.Write("eno1", "operstate", "up\n");
        Directory.CreateDirectory(_directory.File("sys/kernel/random"));
        File.WriteAllText(_directory.File("sys/kernel/random/boot_id"), "11111111-2222-3333-4444-555555555555\n");
        File.WriteAllText(_directory.File("sys/kernel/hostname"), "pve1\n");
        Directory.CreateDirectory(_directory.File("self"));
        File.WriteAllText(_directory.File("self/status"), "Name:\tnic-hang-exporter\nCapEff:\t000001ffffffffff\n");
        File.WriteAllText(_directory.File("kmsg"), "");
        TokenFile[] tokens =
            [Token("dashboard:read", Read), Token("controller:remediate", Remediate), Token("operator:admin", Admin)];
        return new ExporterOptions
        {
            Paths = new()
            {
                Sysfs = _sysfs.Root,
                Procfs = _directory.Path,
                Kmsg = _directory.File("kmsg"),
                StateDirectory = StateDirectory,
                Rootfs = _directory.File("root"),
            },
            Web = new() { ListenAddresses = [new ListenAddress(IPAddress.Loopback, 0)] },
            Logging = new() { Level = LogLevel.None },
            Api = new() { TokenFiles = withApi ? [.. tokens] : [] },
        };
    }

    private TokenFile Token(string credential, string token)
    {
        var path = _directory.File(credential.Split(':')[0]);
        File.WriteAllText(path, token);
        File.SetUnixFileMode(path, UnixFileMode.UserRead);
        Assert.Null(TokenFile.TryParse($"{credential}={path}", out var file));
        return file!;
    }

    private static bool EndsHeaders(List<byte> bytes) => bytes is [.., 13, 10, 13, 10];

    [GeneratedRegex("Content-Length: ([0-9]+)")]
    private static partial Regex ContentLength();

    [GeneratedRegex("(Content-Length: )[0-9]+")]
    private static partial Regex Length();

    [GeneratedRegex("Date: [^\r]+")]
    private static partial Regex Date();

    [GeneratedRegex("r[0-9a-f]{10,}-[0-9]+")]
    private static partial Regex Ids();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.0-9]*(Z|\+00:00)")]
    private static partial Regex Times();
}
