using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;

namespace NicHangExporter.Bench;

/// <summary>
/// A server under test: started, scraped over one kept-alive connection, measured, and killed at the end.
/// </summary>
internal sealed partial class Peer : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(20);

    // CPUCLOCK_SCHED (include/linux/posix-timers_types.h): the CPU time of a whole process, including ended threads.
    private const int ProcessClock = 2;

    private readonly Process _process;
    private readonly HttpClient _http;
    private readonly byte[] _body = new byte[16 * 1024 * 1024];
    private string _lastWords = "";

    public Peer(string name, int port, string program, params string[] arguments)
    {
        Name = name;
        _process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        // Reads the log and keeps only the last line: a program whose pipe is full would block.
        _process.ErrorDataReceived += (_, line) => _lastWords = line.Data ?? _lastWords;
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        _http = new HttpClient(
            new SocketsHttpHandler { MaxConnectionsPerServer = 1, AutomaticDecompression = DecompressionMethods.None })
        {
            BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")),
            Timeout = RequestLimit,
        };
    }

    /// <summary>The name in the table.</summary>
    public string Name { get; }

    /// <summary>
    /// CPU time used so far, user and system: utime + stime of /proc/PID/stat, but without rounding to ticks of 10 ms.
    /// </summary>
    public TimeSpan Cpu => GetTime(~_process.Id << 3 | ProcessClock, out var time) == 0
        ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanoseconds / 1000.0)
        : throw new InvalidOperationException($"{Name} has ended");

    /// <summary>Resident memory in MiB (VmRSS).</summary>
    public double ResidentMebibytes
    {
        get
        {
            var line = File.ReadLines($"/proc/{_process.Id}/status")
                .First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
            return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture)
                / 1024;
        }
    }

    /// <summary>Waits until it answers, without a scrape.</summary>
    public async Task WaitAsync()
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
            try
            {
                await ReadAsync("/");
                return;
            }
            catch (HttpRequestException)
            {
                if (_process.HasExited || Stopwatch.GetElapsedTime(start) > StartLimit)
                    throw new InvalidOperationException($"{Name} does not answer: {_lastWords}");
                await Task.Delay(20);
            }
    }

    /// <summary>One scrape. The body is valid until the next scrape.</summary>
    public Task<ReadOnlyMemory<byte>> ScrapeAsync() => ReadAsync("/metrics");

    public void Dispose()
    {
        _http.Dispose();
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(string path)
    {
        using var response = await _http.GetAsync(
            new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        await using var stream = await response.Content.ReadAsStreamAsync();
        var length = await stream.ReadAtLeastAsync(_body, _body.Length, throwOnEndOfStream: false);
        return _body.AsMemory(0, length);
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out Timespec time);

    /// <summary><c>struct timespec</c> of a 64-bit machine.</summary>
    private readonly struct Timespec
    {
        public readonly long Seconds;
        public readonly long Nanoseconds;
    }
}
