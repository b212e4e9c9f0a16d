using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace NicHangExporter.Bench;

/// <summary>
/// A server under test: started, scraped over one kept-alive connection, measured, and killed at the end.
/// </summary>
internal sealed class Peer : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);

    // The usual interval of scrapes, so a program is at least so old at its second one.
    private static readonly TimeSpan SettledAge = TimeSpan.FromSeconds(15);

    private readonly Process _process;
    private readonly HttpConnection _connection;
    private readonly long _started;
    private string _lastWords = "";

    /// <summary>Starts the program and waits until it listens.</summary>
    public Peer(Server server)
    {
        Server = server;
        string[] arguments =
        [
            string.Create(CultureInfo.InvariantCulture, $"--web.listen-address=127.0.0.1:{server.Port}"),
            .. server.Arguments,
        ];
        _process = Process.Start(new ProcessStartInfo(server.Program, arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        _started = Stopwatch.GetTimestamp();
        // Reads the log and keeps only the last line: a program whose pipe is full would block.
        _process.ErrorDataReceived += (_, line) => _lastWords = line.Data ?? _lastWords;
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        _connection = Connect();
    }

    /// <summary>The program.</summary>
    public Server Server { get; }

    /// <summary>Its process.</summary>
    public int Id => _process.Id;

    /// <inheritdoc cref="CpuClock.Of"/>
    public TimeSpan Cpu => CpuClock.Of(_process.Id)
        ?? throw new InvalidOperationException($"{Server.Name} has ended: {_lastWords}");

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

    /// <summary>One request. The body is valid until the next one.</summary>
    public ReadOnlySpan<byte> Scrape(byte[] request) => _connection.Get(request);

    /// <summary>Scrapes that are not measured, until caches are filled and the heap has its final size.</summary>
    public void WarmUp(int scrapes)
    {
        for (; scrapes > 0; scrapes--)
            Scrape(Request.Plain);
    }

    /// <summary>Waits until the work of the start has ended: it needs more memory than scrapes.</summary>
    public void Settle()
    {
        if (SettledAge - Stopwatch.GetElapsedTime(_started) is var left && left > TimeSpan.Zero)
            Thread.Sleep(left);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _connection.Dispose();
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private HttpConnection Connect()
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
            try
            {
                return new HttpConnection(Server.Port);
            }
            catch (SocketException)
            {
                if (_process.WaitForExit(TimeSpan.FromMilliseconds(20)) || Stopwatch.GetElapsedTime(start) > StartLimit)
                    throw new InvalidOperationException($"{Server.Name} does not listen: {_lastWords}");
            }
    }
}
