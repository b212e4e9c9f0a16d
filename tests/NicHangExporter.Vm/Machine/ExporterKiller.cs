using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace NicHangExporter.Vm.Machine;

/// <summary>The state of the NIC right after the kill.</summary>
/// <param name="Time">The time of the kill, on the guest's clock.</param>
/// <param name="Tso">TSO was on.</param>
/// <param name="IsUp">The link was up (IFF_UP).</param>
/// <param name="IsRunning">There was a carrier.</param>
/// <param name="CarrierChanges">How often the carrier had come or gone.</param>
internal sealed record KilledAt(TimeSpan Time, bool Tso, bool IsUp, bool IsRunning, int CarrierChanges);

/// <summary>
/// Waits in the guest for a moment in which to kill the exporter, and reports the state of the NIC. Dispose ends it
/// even if the moment has not come.
/// </summary>
internal sealed partial class ExporterKiller(GuestShell shell, string process) : IAsyncDisposable
{
    /// <summary>The file to which nic-fault writes.</summary>
    public const string Log = "/run/killer.log";

    // Each thread's name, state, system call and kernel stack.
    private const string Threads = """
        cat /proc/uptime /proc/loadavg
        for thread in /proc/[0-9]*/task/*; do
            read -r name < $thread/comm; program=$(readlink ${thread%/task/*}/exe)
            case "$program" in
            */nic-fault|*/nic-hang-exporter)
                state=$(sed -n 's/^State:\t//p' $thread/status)
                echo "$thread $name: $state, call $(cat $thread/syscall)"; cat $thread/stack;;
            esac
        done
        tail -n 5 /run/faults.log
        """;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Waits for the kill.</summary>
    /// <exception cref="InvalidOperationException">The killer gave up; the text has its reason.</exception>
    /// <exception cref="TimeoutException">The moment did not come; the text has the state of each thread of both
    /// processes.</exception>
    public async Task<KilledAt> KilledAsync()
    {
        var waited = Stopwatch.StartNew();
        var run = await shell.RunAsync($"cat {Log}");
        while (!Report().IsMatch(run.Output))
        {
            if (run.Output.Contains("nic-fault:", StringComparison.Ordinal))
                throw new InvalidOperationException($"the killer has ended before its moment: {run.Output}");
            if (waited.Elapsed > Limit)
                throw new TimeoutException(
                    $"the killer didn't come to its kill within {Limit}; what it and the exporter were "
                    + $"about:\n{(await shell.RunAsync(Threads)).Output}");
            await Task.Delay(TimeSpan.FromMilliseconds(200));
            run = await shell.RunAsync($"cat {Log}");
        }
        var report = Report().Match(run.Output).Groups;
        return new KilledAt(
            TimeSpan.FromSeconds(double.Parse(report["time"].Value, CultureInfo.InvariantCulture)),
            report["tso"].Value == "1", report["up"].Value == "1", report["running"].Value == "1",
            int.Parse(report["changes"].Value, CultureInfo.InvariantCulture));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await shell.EndAsync(process, "TERM");

    [GeneratedRegex(
        @"^(?<time>[0-9.]+) killed .* up=(?<up>\d) running=(?<running>\d) carrier_changes=(?<changes>\d+) "
        + @"tso=(?<tso>\d)$", RegexOptions.Multiline)]
    private static partial Regex Report();
}
