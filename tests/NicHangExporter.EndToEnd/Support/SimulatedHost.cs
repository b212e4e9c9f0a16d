using System.Globalization;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>
/// A host with an exporter and one NIC with traffic. The NIC is a veth, which is really changed. sysfs shows it with
/// hardware, and with counters that grow until it is wedged.
/// </summary>
internal sealed class SimulatedHost : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);

    private readonly FakeHost _files = new();
    private readonly NetworkNamespace _network;
    private readonly string _driver;
    private readonly Timer _timer;
    private readonly Lock _ticking = new();
    private readonly Dictionary<string, long> _counters = [];
    private bool _wedged;
    private int _ticks;

    public SimulatedHost(NetworkNamespace network, string name, string device, string driver)
    {
        (_network, Name, Device, _driver) = (network, name, device, driver);
        _files.AddDevice(device, driver: driver);
        _timer = new Timer(_ => Live(), null, TimeSpan.Zero, Tick);
    }

    public string Name { get; }

    public string Device { get; }

    public ExporterProcess Exporter { get; private set; } = null!;

    /// <summary>Removes the kernel log. Only before the start.</summary>
    public void HideKernelLog() => File.Delete(_files.KernelLog);

    /// <summary>Starts the exporter.</summary>
    public async Task StartAsync(params IEnumerable<string> arguments) => Exporter = await ExporterProcess.StartAsync(
        new ExporterCommand([ExporterCommand.AnyPort, .. Options, .. arguments]) { Network = _network });

    /// <summary>Runs a command of its command line that must succeed.</summary>
    public async Task DoAsync(params IEnumerable<string> words) =>
        (await new ExporterCommand([.. words, .. Options]) { Network = _network }.RunAsync()).Succeeded();

    /// <summary>Runs ethtool, like a person.</summary>
    public void Ethtool(params IEnumerable<string> words) => _network.Execute("ethtool", words).Succeeded();

    /// <summary>From now on nothing is sent, and the kernel reports that every two seconds.</summary>
    public void Wedge() => Volatile.Write(ref _wedged, true);

    /// <summary>Ends the wedge, like a reset that helps: the NIC sends again.</summary>
    public void Unwedge() => Volatile.Write(ref _wedged, false);

    /// <summary>The driver resets the adapter, and it sends again.</summary>
    public void Reset()
    {
        Unwedge();
        _files.Log(Named(KernelSays.ResetAdapter), KernelSays.Dictionary);
    }

    /// <summary>The kernel watchdog finds the queue stopped.</summary>
    public void TimeOut() => Grow("queues/tx-0/tx_timeout", 1);

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_ticking)
        {
            Exporter?.Dispose();
            _files.Dispose();
        }
    }

    private void Live()
    {
        lock (_ticking)
        {
            if (!Directory.Exists(_files.Sysfs))
                return;
            var wedged = Volatile.Read(ref _wedged);
            Grow("statistics/rx_packets", 900 + _ticks % 7 * 40);
            Grow("statistics/rx_bytes", 1_100_000 + _ticks % 7 * 50_000);
            if (!wedged)
            {
                Grow("statistics/tx_packets", 2000 + _ticks % 5 * 60);
                Grow("statistics/tx_bytes", 2_800_000 + _ticks % 5 * 80_000);
            }
            else
                Grow("statistics/tx_dropped", 12);
            _files.Set(Device, "queues/tx-0/byte_queue_limits/inflight", wedged ? "65536" : "0");
            if (wedged && _ticks % 8 == 0)
                _files.Log(Report, KernelSays.Dictionary);
            _ticks++;
        }
    }

    // The procfs of this machine, because it has the capabilities of the exporter.
    private string[] Options =>
        [$"--path.sysfs={_files.Sysfs}", $"--path.kmsg={_files.KernelLog}", $"--state.directory={_files.State}"];

    private string Report => _driver == "e1000e"
        ? Named(KernelSays.HardwareUnitHang)
        : $"NETDEV WATCHDOG: {Device} ({_driver}): transmit queue 0 timed out";

    private string Named(string message) => message.Replace(KernelSays.Device, Device, StringComparison.Ordinal);

    private void Grow(string file, long by)
    {
        lock (_counters)
        {
            _counters[file] = _counters.GetValueOrDefault(file) + by;
            _files.Set(Device, file, _counters[file].ToString(CultureInfo.InvariantCulture));
        }
    }
}
