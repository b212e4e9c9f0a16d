using System.Runtime.CompilerServices;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;

namespace NicHangExporter.Metrics;

/// <summary>
/// A network device that the exporter watches: its directory in sysfs, and what is known about it. While the inventory
/// follows the kernel's notifications, the object stays the same as long as the device keeps its name, and any thread
/// may read it. A device that was removed reads as gone.
/// </summary>
/// <param name="sysfs">The open device. This object disposes of it.</param>
internal sealed class WatchedDevice(NetDevice sysfs) : IDisposable
{
    private volatile LinkState? _link;
    private volatile TxQueueFacts _queues = TxQueueFacts.None;
    private volatile bool _areQueuesRead;
    private volatile TxTimeoutReading? _timeouts;
    private volatile StrongBox<string?>? _driver;
    private volatile int _refreshes;
    private DeviceCounters? _counters;

    /// <summary>The attributes in sysfs.</summary>
    public NetDevice Sysfs => sysfs;

    public InterfaceName Name => sysfs.Name;

    /// <summary>The parent's address on its bus; empty without a parent.</summary>
    public BusAddress Bus => sysfs.BusAddress;

    /// <summary>The number of the interface (ifindex); 0 if the inventory does not follow notifications.</summary>
    public long Index { get; init; }

    /// <summary>The label <c>device</c> with its value, quoted and escaped.</summary>
    public byte[] Label { get; } = DeviceLabel.Prepare(sysfs.Name);

    /// <summary>True if the interface was removed. Another one may have its name. Reads a file.</summary>
    public bool IsGone => sysfs.TryReadUInt64("ifindex\0"u8, out _) is var errno && NetDevice.IsAbsent(errno);

    /// <summary>The parent's driver, or null. Read once.</summary>
    public string? Driver => (_driver ??= new StrongBox<string?>(sysfs.Driver)).Value;

    /// <summary>
    /// The state of the link: as of the last notification, or read now if the inventory does not follow them. The same
    /// object as long as nothing changes.
    /// </summary>
    public LinkState Link => _link is { Failure: null } known ? known : LinkState.Read(sysfs);

    /// <summary>As <see cref="NetDevice.IsOperational"/>, with the age of <see cref="Link"/>.</summary>
    public bool IsOperational => _link is { Failure: null } known ? known.IsOperational : sysfs.IsOperational;

    /// <summary>What rarely changes about the transmit queues. Read at first use, after each notification,
    /// and again after a failure.</summary>
    public TxQueueFacts TxQueues => _areQueuesRead ? _queues : ReadQueues();

    /// <summary>The last reading of tx_timeout by any thread, or null.</summary>
    public TxTimeoutReading? TxTimeouts { get => _timeouts; set => _timeouts = value; }

    /// <summary>The counters, for the thread that renders.</summary>
    public DeviceCounters Counters => _counters ??= new DeviceCounters(this);

    /// <summary>A number that changes with each <see cref="Refresh"/>.</summary>
    public int Refreshes => _refreshes;

    /// <summary>tx_packets in the current scrape; null if it is not read. For the thread that renders.</summary>
    public ulong? TxPackets { get; set; }

    /// <summary>Reads link and queues again, after a notification.</summary>
    /// <returns>The news that this is, or null.</returns>
    public DeviceNewsKind? Refresh()
    {
        Interlocked.Increment(ref _refreshes);
        ReadQueues();
        var before = _link;
        var now = LinkState.Read(sysfs);
        if (now == before)
            return null;
        _link = now;
        if (before is null
            || (before.IsOperational == now.IsOperational && before.CarrierChanges == now.CarrierChanges))
            return null;
        return now.IsOperational ? DeviceNewsKind.LinkUp : DeviceNewsKind.LinkDown;
    }

    private TxQueueFacts ReadQueues()
    {
        _areQueuesRead = TxQueueFacts.TryRead(sysfs, out var facts) == Errno.None;
        return _areQueuesRead ? _queues = facts : _queues;
    }

    public void Dispose()
    {
        // First, so that the counters of a scrape in progress open no further file.
        sysfs.Dispose();
        _counters?.Dispose();
    }
}
