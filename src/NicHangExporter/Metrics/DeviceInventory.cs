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

    // The two are read one after the other, and an interface may come or go in between.
    private const int Attempts = 3;

    private const string Foreign = "sysfs shows another network namespace than the one of this process";
    private const string Unproven = "the network namespace of sysfs could not be compared with that of this process";

    private readonly NetClass _netClass;
    private readonly DeviceSelection _selection;
    private readonly DeviceScan _scan;
    private readonly Lock _gate = new();
    private readonly List<LinkNotice> _notices = [];
    private readonly List<InterfaceName> _names = [];
    private readonly List<InterfaceName> _compared = [];
    private readonly List<DeviceNews> _news = [];
    private volatile DeviceFeed? _feed;
    private volatile KnownDevices? _known;
    private volatile bool _hasSettings;
    private string? _reason;
    private bool _isDoubted;
    private bool _wasInDoubt;
    private long _version;
    private long _lookedAt;
    private long _comparedAt;

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

    /// <summary>False if notifications are not used, and will not be.</summary>
    public bool HasFeed => _feed is not null;

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
        Outcome outcome;
        lock (_gate)
        {
            var before = (IsFollowing, _reason);
            open = TryFollow(out _) ?? Scan();
            outcome = TakeOutcome(before);
        }
        Raise(outcome);
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
        Outcome outcome;
        bool isLinksWhole;
        lock (_gate)
        {
            var before = (IsFollowing, _reason);
            TryFollow(out isLinksWhole);
            _known?.Apply(settings, _news);
            if (!isWhole && _known is not null)
                foreach (var device in _known.Current.All)
                    _news.Add(new DeviceNews(device.Name, DeviceNewsKind.Settings));
            outcome = TakeOutcome(before);
        }
        Raise(outcome);
        return isLinksWhole;
    }

    /// <summary>
    /// Something contradicts the table of devices: the next <see cref="Open"/> looks at all of sysfs, but not within
    /// five seconds after the last look.
    /// </summary>
    public void Doubt()
    {
        lock (_gate)
            _isDoubted = true;
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
        var age = _feed.Clock.GetElapsedTime(_lookedAt);
        // A failure may last, such as no free file descriptor.
        var isDoubtful = !isWhole || (known.IsInDoubt && !_wasInDoubt)
            || ((known.IsInDoubt || _isDoubted) && age >= DoubtInterval);
        if (isDoubtful || age >= LookInterval)
            Look(known, isDoubtful);
        var open = known.Select(_version + 1, _news);
        _version = open.Version;
        _wasInDoubt &= known.IsInDoubt;
        if (!known.IsForeign)
            return open;
        Refuse(Foreign);
        return null;
    }

    private OpenDevices Scan()
    {
        var open = _scan.Open(_names, ++_version);
        // While sysfs shows nothing but a loopback interface, it may be of any namespace.
        if (_feed is not { } feed || open.Failed || _names.Count < 2
            || (_names.SequenceEqual(_compared) && feed.Clock.GetElapsedTime(_comparedAt) < LookInterval))
            return open;
        _comparedAt = feed.Clock.GetTimestamp();
        _compared.Clear();
        _compared.AddRange(_names);
        if (Difference(feed) is { } difference)
        {
            Refuse(difference);
            return open;
        }
        var known = new KnownDevices(_netClass, _selection, feed);
        Look(known, isThorough: true);
        if (known is { IsProven: true, IsForeign: false })
        {
            open.Dispose();
            (_known, _reason) = (known, null);
            open = known.Select(_version + 1, _news);
            _version = open.Version;
            return open;
        }
        Refuse(known.IsForeign ? Foreign : Unproven);
        known.Dispose();
        return open;
    }

    // Why the names in sysfs are not those of the namespace; null if they are.
    private string? Difference(DeviceFeed feed)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
            if (_netClass.TryList(_names) != Errno.None || feed.ReadNames() is not { } names)
                return Unproven;
            else if (names.SetEquals(_names))
                return null;
        return Foreign;
    }

    private void Look(KnownDevices known, bool isThorough)
    {
        _isDoubted &= !isThorough;
        _wasInDoubt = known.IsInDoubt;
        _lookedAt = _feed!.Clock.GetTimestamp();
        known.Look(isThorough, _news);
    }

    private void Refuse(string reason)
    {
        _reason = reason;
        _known?.Dispose();
        _known = null;
        _news.Clear();
    }

    private Outcome TakeOutcome((bool IsFollowing, string? Reason) before)
    {
        DeviceNews[] news = _news.Count == 0 ? [] : [.. _news];
        _news.Clear();
        return new Outcome((IsFollowing, _reason) != before, _reason, news);
    }

    private void Raise(in Outcome outcome)
    {
        if (outcome.IsFollowingChanged)
            FollowingChanged?.Invoke(outcome.Reason);
        foreach (var item in outcome.News)
            News?.Invoke(item);
    }

    // What a call raises once it has released the lock.
    private readonly record struct Outcome(bool IsFollowingChanged, string? Reason, DeviceNews[] News);
}
