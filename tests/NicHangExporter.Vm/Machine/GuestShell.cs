using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace NicHangExporter.Vm.Machine;

/// <summary>What a script in the guest has done.</summary>
internal sealed record GuestRun(string Script, int ExitCode, string Output)
{
    /// <summary>Its output; the test fails where it has failed.</summary>
    public string Succeeded()
    {
        Assert.True(ExitCode == 0, $"in the guest, '{Script}' ended with {ExitCode}: {Output}");
        return Output;
    }
}

/// <summary>
/// The guest's command line, over a serial port: whatever becomes of its NICs, it answers. One script at a time; the protocol is at the end
/// of guest/init.
/// </summary>
internal sealed class GuestShell(Socket socket) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly StreamReader _reader = new(new NetworkStream(socket, ownsSocket: true), Encoding.ASCII);
    private readonly SemaphoreSlim _turn = new(1);
    private int _number;

    /// <summary>A script has not ended in time, or the guest is gone: nothing more can be asked.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Waits for the guest to be up.</summary>
    public async Task ReadyAsync(CancellationToken cancellation)
    {
        while (await _reader.ReadLineAsync(cancellation) is { } line)
            if (line.TrimEnd('\r') == "ready")
                return;
        throw new EndOfStreamException();
    }

    /// <summary>Runs a script of busybox's shell to its end.</summary>
    public async Task<GuestRun> RunAsync(string script)
    {
        await _turn.WaitAsync();
        try
        {
            using var patience = new CancellationTokenSource(Limit);
            var number = (++_number).ToString(CultureInfo.InvariantCulture);
            await _reader.BaseStream.WriteAsync(Encoding.ASCII.GetBytes($"{number} {Convert.ToBase64String(Encoding.UTF8.GetBytes(script + "\n"))}\n"), patience.Token);
            while (await _reader.ReadLineAsync(patience.Token) is { } line)
                if (line.TrimEnd('\r').Split(' ') is [var answered, var code, var output] && answered == number)
                    return new GuestRun(script, int.Parse(code, CultureInfo.InvariantCulture), Encoding.UTF8.GetString(Convert.FromBase64String(output)));
            IsLost = true;
            throw new EndOfStreamException($"the guest is gone; it was to run '{script}'");
        }
        catch (OperationCanceledException)
        {
            IsLost = true;
            throw new TimeoutException($"the guest has not answered within {Limit}; it was to run '{script}'");
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The output of a script that must succeed.</summary>
    public async Task<string> DoAsync(string script) => (await RunAsync(script)).Succeeded();

    /// <summary>
    /// Sends a process a signal and waits until it has ended. The wait has an end in the guest as well: a process that does not go must not take the command line with
    /// it. One that has ended but was not waited for has no program any more.
    /// </summary>
    public Task EndAsync(string process, string signal) => DoAsync(
        $"kill -{signal} {process} 2>/dev/null; tries=3000; while [ -e /proc/{process}/exe ] && [ $tries -gt 0 ]; do usleep 20000; tries=$((tries-1)); done; [ ! -e /proc/{process}/exe ]");

    public void Dispose()
    {
        _reader.Dispose();
        _turn.Dispose();
    }
}
