using System.Globalization;
using NicHangExporter.Detection;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Metrics;
using NicHangExporter.Remediation;

namespace NicHangExporter.Hosting;

/// <summary>
/// Finds out whether a device hangs before a command changes it. A daemon knows: it watches all the time.
/// </summary>
/// <param name="monitor">Reads the kernel log; it is not started yet.</param>
/// <param name="poller">Reads what the monitor needs of ethtool; it is not started yet.</param>
/// <param name="signals">Where the monitor records hang reports.</param>
/// <param name="devices">The devices of this host.</param>
/// <param name="clock">The clock.</param>
/// <param name="say">Writes a sentence about the progress to the terminal.</param>
internal sealed class HangWatch(
    HangMonitor monitor, EthtoolPoller poller, HangSignals signals, NetClass devices, TimeProvider clock,
    Action<string> say)
{
    /// <summary>
    /// How long a device is watched: longer than the longest interval of a driver's reports, which is five seconds.
    /// </summary>
    private static readonly TimeSpan WatchTime = TimeSpan.FromSeconds(6);

    private static readonly TimeSpan SampleInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>A watch of the services of <see cref="ExporterServices.AddExporter"/>.</summary>
    public static HangWatch Of(IServiceProvider services, Action<string> say) => new(
        services.GetRequiredService<HangMonitor>(), services.GetRequiredService<EthtoolPoller>(),
        services.GetRequiredService<HangSignals>(), services.GetRequiredService<NetClass>(),
        services.GetRequiredService<TimeProvider>(), say);

    /// <summary>Starts to read the kernel log, and waits until the part before the start is read.</summary>
    public async Task StartAsync(TimeSpan timeout)
    {
        monitor.Start();
        poller.Start();
        await Task.WhenAny(monitor.Ready, Task.Delay(timeout, clock));
    }

    /// <summary>
    /// Waits until the device is reported as hung or sends something, for at most <see cref="WatchTime"/>.
    /// </summary>
    /// <param name="text">A name or an address on the bus. A text that names no device is not waited for.</param>
    public async Task WaitAsync(string text)
    {
        if (DeviceOf(text) is not { } name)
            return;
        using var device = devices.Open(name);
        if (device is null)
            return;
        say(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: looking whether it hangs, for up to {WatchTime.TotalSeconds} s ..."));
        var before = Sent();
        for (var began = clock.GetTimestamp(); clock.GetElapsedTime(began) < WatchTime;)
        {
            if (signals.Of(name, device.BusAddress).Reports > 0 || Sent() != before)
                return;
            await Task.Delay(SampleInterval, clock);
        }

        ulong Sent() => device.TryReadUInt64("statistics/tx_packets\0"u8, out var packets) == Errno.None ? packets : 0;
    }

    /// <summary>Starts no more commands to the kernel.</summary>
    public void StopPolling() => poller.Stop();

    /// <summary>Ends the reading of the kernel log.</summary>
    public Task StopAsync() => monitor.StopAsync(CancellationToken.None);

    private InterfaceName? DeviceOf(string text) =>
        Api.DeviceResolver.Find(devices, text, out var name) is null ? name : null;
}
