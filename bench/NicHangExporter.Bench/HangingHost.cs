using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NicHangExporter.Detection;
using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Logging;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.State;

namespace NicHangExporter.Bench;

/// <summary>
/// The exporter's services with their threads, log and journal, in which a NIC hangs once. The kernel log is a FIFO,
/// sysfs a directory, and the NIC a <see cref="SilentNic"/>.
/// </summary>
internal sealed partial class HangingHost(string work, string device)
{
    private const string Bus = "0000:00:1f.6";

    private readonly JumpingClock _clock = new();
    private readonly SilentNic _nic = new();
    private readonly string _kmsg = Path.Combine(work, "kmsg");

    /// <summary>The state directory.</summary>
    public string State { get; } = Path.Combine(work, "state");

    /// <summary>The time from writing the second report of the hang to the first command to the NIC.</summary>
    public async Task<TimeSpan> HealAsync()
    {
        MakeDevice();
        if (MakeFifo(_kmsg, Convert.ToUInt32("600", 8)) != 0)
            throw new InvalidOperationException($"no FIFO can be made: errno {Marshal.GetLastPInvokeError()}");
        // Read and write: opening it only for writing would wait for the reader.
        await using var log = new FileStream(
            _kmsg, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        var options = new ExporterOptions
        {
            Paths = new() { Sysfs = Path.Combine(work, "sys"), Kmsg = _kmsg, StateDirectory = State },
            Remediation = new()
            {
                Local = RemediationMode.Enforce,
                DisableFile = Path.Combine(work, "disable"),
                BootGrace = TimeSpan.Zero,
            },
        };
        var metrics = new ExporterMetrics();
        using var logger = LoggingSetup.Create(options, _clock, () => { });
        var services = new ServiceCollection();
        services.AddLogging(logging =>
            logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new LogProvider(logger, TimeProvider.System)));
        services.AddExporter(options, _clock, metrics);
        services.AddSingleton<IEthtool>(_nic);
        await using var provider = services.BuildServiceProvider();
        var monitor = provider.GetRequiredService<HangMonitor>();
        var remediator = provider.GetRequiredService<Remediator>();
        var worker = provider.GetRequiredService<RemediationWorker>();
        provider.GetRequiredService<StateDirectory>().TryTake();
        worker.Start();
        remediator.Start();
        monitor.Start();
        await Task.WhenAll(monitor.Ready, remediator.Ready);

        var evidence = provider.GetRequiredService<HangSignals>();
        log.Write(Report(1));
        while (Reports(evidence) == 0)
            await Task.Delay(1);
        // The effects of the first report end long before the second, which follows two seconds later.
        var idle = new TaskCompletionSource();
        worker.Post(idle.SetResult);
        await idle.Task;
        await Task.Delay(5);
        _clock.Jump(TimeSpan.FromSeconds(2));
        var second = Report(2);
        var start = TimeProvider.System.GetTimestamp();
        log.Write(second);
        var first = await _nic.First.WaitAsync(TimeSpan.FromSeconds(10));

        await monitor.StopAsync(CancellationToken.None);
        await remediator.StopAsync(TimeSpan.FromSeconds(5));
        return TimeProvider.System.GetElapsedTime(start, first);
    }

    private int Reports(HangSignals evidence) =>
        InterfaceName.TryParse(device, out var name) && BusAddress.TryParse(Bus, out var bus)
            ? evidence.Of(name, bus).Reports
            : throw new ArgumentException($"{device} is no name of an interface");

    // An empty line is no record. It shows immediately that no line of the dictionary follows.
    private byte[] Report(int number) => Encoding.UTF8.GetBytes(
            $"3,{number},{(long)(_clock.GetElapsedTime(0).TotalMicroseconds)},-;e1000e {Bus} {device}: Detected "
            + $"Hardware Unit Hang:\\x0a  TDH                  <0>\\x0a  TDT                  <2>\n SUBSYSTEM=pci\n "
            + $"DEVICE=+pci:{Bus}\n\n");

    private void MakeDevice()
    {
        var sys = Path.Combine(work, "sys");
        var place = Path.Combine(sys, "devices", Bus, "net", device);
        foreach (
            var directory in new[]
            {
                Path.Combine(sys, "class/net"),
                Path.Combine(sys, "bus"),
                Path.Combine(place, "statistics"),
                Path.Combine(place, "queues/tx-0/byte_queue_limits"),
            })
            Directory.CreateDirectory(directory);
        foreach (
            var (file, content) in new[]
            {
                ("ifindex", "2"),
                ("operstate", "up"),
                ("statistics/tx_packets", "1000"),
                ("queues/tx-0/tx_timeout", "0"),
                ("queues/tx-0/byte_queue_limits/inflight", "3028"),
            })
            File.WriteAllText(Path.Combine(place, file), content + "\n");
        File.CreateSymbolicLink(Path.Combine(place, "device"), $"../../../{Bus}");
        File.CreateSymbolicLink(Path.Combine(sys, "devices", Bus, "subsystem"), "../../bus/pci");
        File.CreateSymbolicLink(Path.Combine(sys, "devices", Bus, "driver"), "../../bus/pci/drivers/e1000e");
        File.CreateSymbolicLink(Path.Combine(sys, "class/net", device), $"../../devices/{Bus}/net/{device}");
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);
}
