using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace NicHangExporter.Vm.Machine;

/// <summary>The result of a script in the guest.</summary>
internal sealed record GuestRun(string Script, int ExitCode, string Output)
{
    /// <summary>Its output; fails the test if the script failed.</summary>
    public string Succeeded()
    {
        Assert.True(ExitCode == 0, $"in the guest, '{Script}' ended with {ExitCode}: {Output}");
        return Output;
    }
}

/// <summary>
/// The guest's command line over a serial port, independent of its NICs. It runs one script at a time. guest/init
/// describes the protocol at its end; guest/debian/every has the same for Debian guests.
/// </summary>
internal sealed class GuestShell(Socket socket) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly StreamReader _reader = new(new NetworkStream(socket, ownsSocket: true), Encoding.ASCII);
    private readonly SemaphoreSlim _turn = new(1);
    private int _number;

    /// <summary>A script did not end in time, or the guest is gone. The shell cannot be used any more.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Waits until the guest is up.</summary>
    public async Task ReadyAsync(CancellationToken cancellation)
    {
        while (await _reader.ReadLineAsync(cancellation) is { } line)
            if (line.TrimEnd('\r') == "ready")
                return;
        throw new EndOfStreamException();
    }

    /// <summary>Runs a script of the guest's shell to its end.</summary>
    /// <param name="script">The script.</param>
    /// <param name="limit">Its time limit; null for two minutes.</param>
    public async Task<GuestRun> RunAsync(string script, TimeSpan? limit = null)
    {
        await _turn.WaitAsync();
        try
        {
            using var timeout = new CancellationTokenSource(limit ?? Limit);
            var number = (++_number).ToString(CultureInfo.InvariantCulture);
            await _reader.BaseStream.WriteAsync(
                Encoding.ASCII.GetBytes($"{number} {Convert.ToBase64String(Encoding.UTF8.GetBytes(script + "\n"))}\n"),
                timeout.Token);
            while (await _reader.ReadLineAsync(timeout.Token) is { } line)
                if (line.TrimEnd('\r').Split(' ') is [var answered, var code, var output] && answered == number)
                    return new GuestRun(
                        script, int.Parse(code, CultureInfo.InvariantCulture),
                        Encoding.UTF8.GetString(Convert.FromBase64String(output)));
            IsLost = true;
            throw new EndOfStreamException($"the guest is gone; it was to run '{script}'");
        }
        catch (OperationCanceledException)
        {
            IsLost = true;
            throw new TimeoutException($"the guest has not answered within {limit ?? Limit}; it was to run '{script}'");
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The output of a script that must succeed.</summary>
    public async Task<string> DoAsync(string script, TimeSpan? limit = null) =>
        (await RunAsync(script, limit)).Succeeded();

    /// <summary>
    /// Sends a signal to a process and waits for its end. The guest limits the wait as well, because a process that
    /// does not end must not block the command line. A zombie has no program any more and counts as ended.
    /// </summary>
    public Task EndAsync(string process, string signal) => DoAsync(
        $"kill -{signal} {process} 2>/dev/null; tries=3000; while [ -e /proc/{process}/exe ] && [ $tries -gt 0 ]; do "
        + $"usleep 20000; tries=$((tries-1)); done; [ ! -e /proc/{process}/exe ]");

    public void Dispose()
    {
        _reader.Dispose();
        _turn.Dispose();
    }
}
