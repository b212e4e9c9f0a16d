using System.Globalization;
using NicHangExporter.Api;
using NicHangExporter.Detection;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Metrics;
using NicHangExporter.Remediation;

namespace NicHangExporter.Hosting;

/// <summary>
/// Finds out whether a device hangs before a command changes it. A daemon knows: it watches all the time.
/// </summary>
/// <param name="services">The services of <see cref="ExporterServices.AddExporter"/>.</param>
/// <param name="say">Writes a sentence about the progress to the terminal.</param>
internal sealed class HangWatch(IServiceProvider services, Action<string> say)
{
    /// <summary>
    /// How long a device is watched: longer than the longest interval of a driver's reports, which is five seconds.
    /// </summary>
    private static readonly TimeSpan WatchTime = TimeSpan.FromSeconds(6);

    private static readonly TimeSpan SampleInterval = TimeSpan.FromMilliseconds(100);

    private readonly HangMonitor _monitor = services.GetRequiredService<HangMonitor>();
    private readonly EthtoolPoller _poller = services.GetRequiredService<EthtoolPoller>();
    private readonly HangSignals _signals = services.GetRequiredService<HangSignals>();
    private readonly NetClass _devices = services.GetRequiredService<NetClass>();
    private readonly TimeProvider _clock = services.GetRequiredService<TimeProvider>();

    /// <summary>Starts to read the kernel log, and waits until the part before the start is read.</summary>
    public async Task StartAsync(TimeSpan timeout)
    {
        _monitor.Start();
        _poller.Start();
        await Task.WhenAny(_monitor.Ready, Task.Delay(timeout, _clock));
    }

    /// <summary>
    /// Waits until the device is reported as hung or sends something, for at most <see cref="WatchTime"/>.
    /// </summary>
    /// <param name="text">A name or an address on the bus. A text that names no device is not waited for.</param>
    public async Task WaitAsync(string text)
    {
        if (DeviceOf(text) is not { } name)
            return;
        using var device = _devices.Open(name);
        if (device is null)
            return;
        say(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: looking whether it hangs, for up to {WatchTime.TotalSeconds} s ..."));
        var before = Sent();
        for (var began = _clock.GetTimestamp(); _clock.GetElapsedTime(began) < WatchTime;)
        {
            if (_signals.Of(name, device.BusAddress).Reports > 0 || Sent() != before)
                return;
            await Task.Delay(SampleInterval, _clock);
        }

        ulong Sent() => device.TryReadUInt64("statistics/tx_packets\0"u8, out var packets) == Errno.None ? packets : 0;
    }

    /// <summary>Starts no more commands to the kernel.</summary>
    public void StopPolling() => _poller.Stop();

    /// <summary>Ends the reading of the kernel log.</summary>
    public Task StopAsync() => _monitor.StopAsync(CancellationToken.None);

    private InterfaceName? DeviceOf(string text) =>
        Api.DeviceResolver.Find(_devices, text, out var name) is null ? name : null;
}
