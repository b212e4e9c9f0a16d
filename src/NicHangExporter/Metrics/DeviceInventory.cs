using NicHangExporter.Linux;
using NicHangExporter.Linux.Netlink;
using NicHangExporter.Linux.Procfs;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Options;

namespace NicHangExporter.Metrics;

/// <summary>
/// The devices to watch. Lists and opens them at each call, or, after <see cref="Follow"/>, keeps them open and follows
/// the kernel's notifications. Any thread may use it. Nothing here waits for RTNL.
/// </summary>
internal sealed class DeviceInventory : IDisposable
{
    /// <summary>How often sysfs is looked at without a notification.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromMinutes(1);

    /// <summary>The shortest time from one look to the next because of a doubt.</summary>
    private static readonly TimeSpan DoubtInterval = TimeSpan.FromSeconds(5);

    // The ways in which the devices are found: this one, or the reason of the other.
    private const string Following = "";
    private const string Foreign = "sysfs shows another network namespace than the one of this process";

    private readonly NetClass _netClass;
    private readonly DeviceSelection _selection;
    private readonly DeviceScan _scan;
    private readonly Lock _gate = new();
    private readonly List<LinkNotice> _notices = [];
    private readonly List<InterfaceName> _names = [];
    private readonly List<InterfaceName> _compared = [];
    private readonly List<DeviceNews> _news = [];
    private DeviceFeed? _feed;
    private volatile KnownDevices? _known;
    private volatile bool _hasSettings;
    private string? _way;
    private string? _raisedWay;
    private long _version;
    private long _lookedAt;

    public DeviceInventory(NetClass netClass, ExporterOptions options)
    {
        (_netClass, _selection) = (netClass, new DeviceSelection(options));
        _scan = new DeviceScan(netClass, _selection);
    }

    /// <summary>
    /// Raised for what happened to a watched device, on the thread that noticed it. A handler must not wait.
    /// </summary>
    public event Action<DeviceNews>? News;

    /// <summary>
    /// Raised when the use of notifications begins (null) or ends (the reason), on the thread that noticed it.
    /// </summary>
    public event Action<string?>? FollowingChanged;

    /// <summary>True while notifications keep the devices up to date.</summary>
    public bool IsFollowing => _known is not null;

    /// <summary>True while changes of settings that ethtool shows are news, too.</summary>
    public bool IsNotified => IsFollowing && _hasSettings;

    /// <summary>From now on <see cref="Take"/> gets the notices of ethtool.</summary>
    public void JoinSettings() => _hasSettings = true;

    /// <summary>
    /// Uses notifications from now on, as far as sysfs shows the network namespace that they are about.
    /// </summary>
    public void Follow(DeviceFeed feed)
    {
        lock (_gate)
            _feed = feed;
        Open().Dispose();
    }

    /// <summary>Uses no notifications any more.</summary>
    public void Unfollow()
    {
        lock (_gate)
        {
            _feed = null;
            _known?.Dispose();
            _known = null;
        }
    }

    /// <summary>
    /// The devices as they are now. Everything that the kernel has notified before the call is in the result.
    /// </summary>
    public OpenDevices Open()
    {
        OpenDevices open;
        DeviceNews[] news;
        string? newWay;
        lock (_gate)
        {
            open = TryFollow(out _) ?? Scan();
            news = TakeNews();
            newWay = _way == _raisedWay ? null : _way;
            _raisedWay = _way;
        }
        if (newWay is not null)
            FollowingChanged?.Invoke(newWay == Following ? null : newWay);
        Raise(news);
        return open;
    }

    /// <summary>
    /// Takes the notifications that wait. Lists nothing while they are not used.
    /// </summary>
    /// <param name="settings">Notices of ethtool.</param>
    /// <param name="isWhole">False if some of them were lost.</param>
    /// <returns>False if notices about links were lost.</returns>
    public bool Take(List<LinkNotice> settings, bool isWhole)
    {
        DeviceNews[] news;
        bool isLinksWhole;
        lock (_gate)
        {
            TryFollow(out isLinksWhole);
            _known?.Apply(settings, _news);
            if (!isWhole && _known is not null)
                foreach (var device in _known.Current.All)
                    _news.Add(new DeviceNews(device.Name, DeviceNewsKind.Settings));
            news = TakeNews();
        }
        Raise(news);
        return isLinksWhole;
    }

    /// <summary>
    /// Something contradicts the table of devices: the next <see cref="Open"/> looks at all of sysfs.
    /// </summary>
    public void Doubt()
    {
        lock (_gate)
            if (_known is not null && _feed!.Clock.GetElapsedTime(_lookedAt) >= DoubtInterval)
                _known.Doubt();
    }

    /// <summary>Doubts the table of devices if it has other names than net/dev.</summary>
    public void Compare(ReadOnlySpan<NetDevRow> rows)
    {
        bool differs;
        lock (_gate)
            differs = _known is { } known && !known.HasNames(rows);
        if (differs)
            Doubt();
    }

    /// <summary>True if a device has series. Thread-safe.</summary>
    public bool HasSeries(bool isVirtualFunction, BusAddress bus) => _selection.HasSeries(isVirtualFunction, bus);

    /// <summary>Gives the virtual function at that address series for the lifetime of this process.</summary>
    public void Show(BusAddress bus)
    {
        if (!_selection.Show(bus))
            return;
        lock (_gate)
            _known?.Invalidate();
    }

    /// <inheritdoc/>
    public void Dispose() => Unfollow();

    // Null if notifications are not used.
    private OpenDevices? TryFollow(out bool isWhole)
    {
        isWhole = true;
        if (_feed is null)
            return null;
        _notices.Clear();
        try
        {
            isWhole = _feed.Drain(_notices);
        }
        catch (LinuxException exception)
        {
            _feed = null;
            Refuse(exception.Message);
            return null;
        }
        if (_known is not { } known)
            return null;
        if (isWhole)
            known.Apply(_notices, _news);
        var isDoubtful = !isWhole || known.IsInDoubt;
        if (isDoubtful || _feed.Clock.GetElapsedTime(_lookedAt) >= LookInterval)
            Look(known, isDoubtful);
        var open = known.Select(_version + 1, _news);
        _version = open.Version;
        if (!known.IsForeign)
            return open;
        Refuse(Foreign);
        return null;
    }

    private OpenDevices Scan()
    {
        var open = _scan.Open(_names, ++_version);
        // While sysfs shows nothing but a loopback interface, it may be of any namespace.
        if (_feed is null || open.Failed || _names.Count < 2 || _names.SequenceEqual(_compared))
            return open;
        _compared.Clear();
        _compared.AddRange(_names);
        var known = new KnownDevices(_netClass, _selection, _feed.Compare);
        Look(known, isThorough: true);
        if (known is { IsProven: true, IsForeign: false })
        {
            open.Dispose();
            (_known, _way) = (known, Following);
            open = known.Select(_version + 1, _news);
            _version = open.Version;
            return open;
        }
        known.Dispose();
        Refuse(Foreign);
        return open;
    }

    private void Look(KnownDevices known, bool isThorough)
    {
        _lookedAt = _feed!.Clock.GetTimestamp();
        known.Look(isThorough, _news);
    }

    private void Refuse(string reason)
    {
        _way = reason;
        _known?.Dispose();
        _known = null;
        _news.Clear();
    }

    private DeviceNews[] TakeNews()
    {
        if (_news.Count == 0)
            return [];
        DeviceNews[] news = [.. _news];
        _news.Clear();
        return news;
    }

    private void Raise(DeviceNews[] news)
    {
        foreach (var item in news)
            News?.Invoke(item);
    }
}
