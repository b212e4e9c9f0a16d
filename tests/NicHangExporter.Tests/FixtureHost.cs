using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Exposition;
using NicHangExporter.Hangs;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests;

/// <summary>
/// The rooms of the exporter over a directory for sysfs, a file for the kernel log, a fake ethtool and a fake clock, driven step by step on the
/// thread of the test. A second one over the same directories is the exporter after a restart.
/// </summary>
internal sealed class FixtureHost : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly bool _ownsDirectories;

    public FixtureHost(Action<ExporterOptions>? configure = null, FixtureHost? before = null)
    {
        _ownsDirectories = before is null;
        Directory = before?.Directory ?? new TemporaryDirectory();
        Sysfs = before?.Sysfs ?? new SysfsTree();
        Clock = before?.Clock ?? new FakeTimeProvider(new DateTimeOffset(2026, 7, 24, 15, 0, 0, TimeSpan.Zero));
        Options = new ExporterOptions { SysfsPath = Sysfs.Root, ProcfsPath = Directory.Path, KmsgPath = Directory.File("kmsg") };
        if (before is null)
        {
            System.IO.Directory.CreateDirectory(Directory.File("sys/kernel/random"));
            BootId = "11111111-2222-3333-4444-555555555555";
            File.WriteAllText(Options.KmsgPath, "");
            // FakeTimeProvider counts from its start: boot was an hour before the test.
            Clock.Advance(TimeSpan.FromHours(1));
        }
        configure?.Invoke(Options);
        Log = new RecordingLogger();
        Metrics = new ExporterMetrics();
        var factory = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Debug).AddProvider(Log));
        Inventory = new DeviceInventory(new NetClass(Options.SysfsPath), Options);
        Health = new CollectorHealth(factory.CreateLogger<CollectorHealth>());
        Poller = new EthtoolPoller(Ethtool, Inventory, Options, Health, Clock, factory.CreateLogger<EthtoolPoller>());
        StateDirectory = new StateDirectory(Options);
        Store = new StateStore(StateDirectory, Metrics, Clock, factory.CreateLogger<StateStore>());
        Watcher = new KernelLogWatcher(Options, Metrics, Clock, factory.CreateLogger<KernelLogWatcher>());
        Monitor = new HangMonitor(Options, Watcher, Inventory, Poller, Store, Metrics, Clock, factory.CreateLogger<HangMonitor>());
        Endpoint = new MetricsEndpoint(Options, Inventory, new SysfsCollector(Options, Health, Clock), new EthtoolCollector(Poller, Options, Clock), new ProcessCollector(Health, Clock), Metrics);
    }

    public TemporaryDirectory Directory { get; }
    public SysfsTree Sysfs { get; }
    public FakeTimeProvider Clock { get; }
    public ExporterOptions Options { get; }
    public FakeEthtool Ethtool { get; } = new();
    public RecordingLogger Log { get; }
    public ExporterMetrics Metrics { get; }
    public DeviceInventory Inventory { get; }
    public CollectorHealth Health { get; }
    public EthtoolPoller Poller { get; }
    public StateDirectory StateDirectory { get; }
    public StateStore Store { get; }
    public KernelLogWatcher Watcher { get; }
    public HangMonitor Monitor { get; }
    public MetricsEndpoint Endpoint { get; }

    public string BootId { set => File.WriteAllText(Directory.File("sys/kernel/random/boot_id"), value + "\n"); }

    /// <summary>Seconds since boot, as the kernel log has them.</summary>
    public double Uptime => Clock.GetElapsedTime(0).TotalSeconds;

    /// <summary>A NIC with everything that the monitor reads.</summary>
    public void AddNic(string name = "eno1", string parent = "pci0000:00/0000:00:1f.6", string driver = "e1000e")
    {
        Sysfs.Add(Encoding.UTF8.GetBytes(name), parent, "pci", driver);
        foreach (var row in KernelMetrics.Files)
            Sysfs.Write(name, row.File, "0\n");
        Sysfs.Write(name, "ifindex", "2\n");
        Sysfs.Write(name, "operstate", "up\n");
        Sysfs.Write(name, "queues/tx-0/tx_timeout", "0\n");
        Sysfs.Write(name, "queues/tx-0/byte_queue_limits/inflight", "0\n");
    }

    /// <summary>Starts the monitor and lets it read everything that is in the log.</summary>
    public void Start()
    {
        Monitor.Begin(_stop.Token);
        Assert.True(Watcher.CaughtUp.Wait(TimeSpan.FromSeconds(30)), "the kernel log was not read to its end");
        Monitor.TakeEvents();
        Monitor.EndHistory();
    }

    /// <summary>Writes records into the log and waits until they are taken in. A text without a header gets one of the kernel's.</summary>
    public void Print(ulong sequence, string text, int priority = 3, string? dictionary = " SUBSYSTEM=pci\n DEVICE=+pci:0000:00:1f.6\n", double? at = null)
    {
        Append(sequence, text, priority, dictionary, at);
        Assert.True(SpinWait.SpinUntil(() => Watcher.Position == sequence, TimeSpan.FromSeconds(30)), $"record {sequence} was not read");
        Monitor.TakeEvents();
    }

    /// <summary>Writes a record without waiting.</summary>
    public void Append(ulong sequence, string text, int priority = 3, string? dictionary = " SUBSYSTEM=pci\n DEVICE=+pci:0000:00:1f.6\n", double? at = null) =>
        File.AppendAllText(Options.KmsgPath, $"{priority},{sequence},{(long)((at ?? Uptime) * 1e6)},-;{text}\n{dictionary}");

    /// <summary>Lets time pass and the monitor look once a second.</summary>
    public void Pass(int seconds, Action<int>? each = null)
    {
        for (var second = 1; second <= seconds; second++)
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            each?.Invoke(second);
            Monitor.Look();
        }
    }

    /// <summary>The value of a series, or null where there is none.</summary>
    public async Task<double?> ValueAsync(string series)
    {
        foreach (var line in (await ScrapeAsync()).Split('\n'))
            if (line.StartsWith(series + " ", StringComparison.Ordinal))
                return double.Parse(line[(series.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture);
        return null;
    }

    /// <summary>The whole exposition, written into room that nobody has used before.</summary>
    public async Task<string> ScrapeAsync()
    {
        var body = new ExpositionBody();
        await Endpoint.RenderAsync(body, CancellationToken.None);
        return Encoding.UTF8.GetString(body.Text.WrittenSpan);
    }

    /// <summary>Saves, as the loop does, and ends as a process that is killed: nothing more is written.</summary>
    public FixtureHost Restart(bool save = true, Action<ExporterOptions>? configure = null)
    {
        if (save)
            Store.Save(Monitor.State());
        _stop.Cancel();
        StateDirectory.Dispose();
        return new FixtureHost(configure, this);
    }

    public void Dispose()
    {
        _stop.Cancel();
        Ethtool.Rtnl.Set();
        StateDirectory.Dispose();
        Poller.Dispose();
        Monitor.Dispose();
        _stop.Dispose();
        if (!_ownsDirectories)
            return;
        Sysfs.Dispose();
        Directory.Dispose();
    }
}
