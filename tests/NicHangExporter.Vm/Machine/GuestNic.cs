using System.Globalization;

namespace NicHangExporter.Vm.Machine;

/// <summary>A fault that lasts until it is disposed.</summary>
internal sealed class LastingFault(GuestShell shell, string process) : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await shell.EndAsync(process, "TERM");
}

/// <summary>A NIC of the guest: makes it hang, and reads its state with the guest's own tools.</summary>
internal sealed class GuestNic(GuestShell shell, string device)
{
    public GuestNic(Guest guest, string device) : this(guest.Shell, device)
    {
    }

    /// <summary>Stops its transmitter once. Any reset of the adapter heals it.</summary>
    public Task HangAsync() => shell.DoAsync($"nic-fault {device} once");

    /// <summary>From now on it hangs whenever an offload (tso, tx) is on, some time after link up.</summary>
    public Task<LastingFault> HangWhileAsync(string offload, TimeSpan delay = default) =>
        LastAsync($"while {offload} {Milliseconds(delay)}");

    /// <summary>From now on it hangs as soon as it has sent a TSO segment.</summary>
    public Task<LastingFault> HangAfterTsoAsync() => LastAsync("after-tso");

    /// <summary>From now on it hangs in any configuration.</summary>
    public Task<LastingFault> HangAlwaysAsync() => LastAsync("always 0");

    /// <summary>
    /// Kills the exporter (SIGKILL) at a moment of its work on this NIC. The head of nic-fault.c lists the moments.
    /// </summary>
    public async Task<ExporterKiller> KillAtAsync(GuestExporter exporter, string moment)
    {
        // Deletes the output of an earlier killer, so that nobody reads it.
        var words = $"kill {exporter.Id} {moment} {exporter.State}/journal.jsonl";
        var process =
            await shell.DoAsync(
                $"rm -f {ExporterKiller.Log}; setsid nic-fault {device} {words} >{ExporterKiller.Log} 2>&1 </dev/null "
                + $"& echo $!");
        return new ExporterKiller(shell, process.Trim());
    }

    /// <summary>Relates the guest's clock to the frames that the host sees, and again to the kernel log.</summary>
    public Task MarkAsync() => shell.DoAsync($"nic-fault {device} mark");

    /// <summary>A feature as in <c>ethtool -k</c>, including <c>[fixed]</c>.</summary>
    public async Task<string> FeatureAsync(string name) =>
        (await shell.DoAsync($"/usr/sbin/ethtool -k {device}")).Split('\n')
        .Select(line => line.Trim().Split(": ")).Single(words => words[0] == name)[1];

    /// <summary>How often its carrier came or went: a reset of the adapter is two changes.</summary>
    public async Task<int> CarrierChangesAsync() =>
        int.Parse(await shell.DoAsync($"cat /sys/class/net/{device}/carrier_changes"),
            CultureInfo.InvariantCulture);

    /// <summary>Number of timeouts of its queue that the kernel's watchdog found.</summary>
    public async Task<int> TxTimeoutsAsync() =>
        int.Parse(await shell.DoAsync($"cat /sys/class/net/{device}/queues/tx-0/tx_timeout"),
            CultureInfo.InvariantCulture);

    /// <summary>Heals it as a person would, and turns on what the scenarios turn off.</summary>
    public Task RestoreAsync() =>
        shell.RunAsync(
            $"/usr/sbin/ethtool -K {device} rx on tx on sg on tso on gso on gro on; /usr/sbin/ip link set {device} up; "
            + $"/usr/sbin/ethtool -r {device}");

    private static string Milliseconds(TimeSpan time) =>
        ((int)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);

    private async Task<LastingFault> LastAsync(string words) =>
        new(shell,
            (await shell.DoAsync(
                $"setsid nic-fault {device} {words} >>/run/faults.log 2>&1 </dev/null & echo $!")).Trim());
}
