using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace NicHangExporter.EndToEnd;

/// <summary>
/// The memory of scrapes on a large host, with many concurrent scrapes and slow readers, compared with the exporter's
/// memory after ordinary scrapes in the same run.
/// </summary>
public sealed class ScrapeMemoryTests
{
    private const int Devices = 256;
    private const int SlowReaders = 64;
    private const double MostGrowth = 1.5;

    // A connection with TLS costs about 300 KB if its client does not read: the state of OpenSSL, and its unsent bytes
    // as plain text and encrypted. Measured: 38 MiB before, 58 MiB at most, 1.5 times. An exposition of 0.8 MB for each
    // client would make it three times.
    private const double MostGrowthWithTls = 2;

    // Ten seconds after it listens, the exporter releases what only its start needed: pages of its files, and garbage.
    // That is a third of its memory, so the growth is measured after it.
    private static readonly TimeSpan AfterStart = TimeSpan.FromSeconds(15);

    private const int TcpProtocol = 6;
    private const int TcpMaxSegment = 2;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ClientsThatDoNotRead_CostNoMemory_AndKeepNoScrapeOut(bool tls)
    {
        using var host = LargeHost();
        using var files = new WebFiles(tls ? WebFiles.Tls : "");
        using var exporter = await StartAsync(host, files);
        var idle = ResidentMemory(exporter);
        var held = new List<IDisposable>();
        try
        {
            using var memory = new PeakMemory(exporter);
            for (var number = 0; number < SlowReaders; number++)
                await BeginAsync(exporter, files, number, held);
            // These clients never read their answer, while others scrape.
            for (var scrape = 0; scrape < 12; scrape++)
            {
                Assert.Equal(Devices, (await exporter.ScrapeAsync())["nichang_devices"]);
                await Task.Delay(TimeSpan.FromMilliseconds(250), TestContext.Current.CancellationToken);
            }
            AssertModest(idle, await memory.EndAsync(), tls ? MostGrowthWithTls : MostGrowth);
        }
        finally
        {
            held.ForEach(one => one.Dispose());
        }
    }

    [Fact]
    public async Task HundredScrapesAtOnce_CostNoMemory()
    {
        using var host = LargeHost();
        using var files = new WebFiles("");
        using var exporter = await StartAsync(host, files);
        var idle = ResidentMemory(exporter);

        using var memory = new PeakMemory(exporter);
        for (var round = 0; round < 3; round++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => TryScrapeAsync(exporter)));
            // A hundred connections are more than the limit of one address. The server closes those beyond it.
            Assert.InRange(answers.Count(answered => answered), 24, 100);
        }
        AssertModest(idle, await memory.EndAsync(), MostGrowth);
    }

    private static void AssertModest(long idle, long peak, double most) =>
        Assert.True(peak <= most * idle,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{idle / 1024} MiB after ordinary scrapes, {peak / 1024} MiB at most, {(double)peak / idle:0.00} "
                + $"times as much; the limit is {most}"));

    private static FakeHost LargeHost()
    {
        var host = new FakeHost();
        for (var number = 0; number < Devices; number++)
            host.AddDevice($"eth{number}", $"0000:{number:x2}:00.0");
        return host;
    }

    private static async Task<ExporterProcess> StartAsync(FakeHost host, WebFiles files)
    {
        var exporter = await ExporterProcess.StartAsync([.. host.Paths, files.Option]);
        await Task.Delay(AfterStart, TestContext.Current.CancellationToken);
        for (var scrape = 0; scrape < 30; scrape++)
            await exporter.ScrapeAsync();
        return exporter;
    }

    // Small segments and a small receive buffer. Otherwise the kernel keeps megabytes of the answer for a client that
    // does not read.
    private static async Task BeginAsync(ExporterProcess exporter, WebFiles files, int number, List<IDisposable> held)
    {
        var socket =
            new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        held.Add(socket);
        socket.SetRawSocketOption(TcpProtocol, TcpMaxSegment, BitConverter.GetBytes(536));
        socket.Bind(new IPEndPoint(IPAddress.Parse($"127.0.0.{2 + number % 2}"), 0));
        try
        {
            await socket.ConnectAsync(
                IPAddress.Loopback, exporter.BaseAddress.Port, TestContext.Current.CancellationToken);
            var stream = exporter.BaseAddress.Scheme == "https" ? await files.SecureAsync(socket)
                : new NetworkStream(socket);
            held.Add(stream);
            await stream.WriteAsync(
                "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // The server may have closed it already.
        }
    }

    private static async Task<bool> TryScrapeAsync(ExporterProcess exporter)
    {
        try
        {
            using var client = new HttpClient { BaseAddress = exporter.BaseAddress };
            return (await client.GetStringAsync(
                new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken)).EndsWith('\n');
        }
        // SocketException: the server closed the connection before the client asked for its address.
        catch (Exception exception) when (exception is HttpRequestException or SocketException)
        {
            return false;
        }
    }

    private static long ResidentMemory(ExporterProcess exporter)
    {
        const string Field = "VmRSS:";
        var line = File.ReadLines($"/proc/{exporter.Id}/status")
            .First(line => line.StartsWith(Field, StringComparison.Ordinal));
        return long.Parse(line[Field.Length..^" kB".Length], CultureInfo.InvariantCulture);
    }

    // The kernel's own peak (VmHWM) is since the start.
    private sealed class PeakMemory : IDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task<long> _watch;

        public PeakMemory(ExporterProcess exporter) => _watch = Task.Run(async () =>
        {
            for (var peak = 0L; ; await Task.Delay(20, CancellationToken.None))
            {
                peak = Math.Max(peak, ResidentMemory(exporter));
                if (_stop.IsCancellationRequested)
                    return peak;
            }
        });

        public async Task<long> EndAsync()
        {
            await _stop.CancelAsync();
            return await _watch;
        }

        public void Dispose() => _stop.Cancel();
    }
}
