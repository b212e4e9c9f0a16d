using NicHangExporter.Linux;
using NicHangExporter.Linux.Link;
using NicHangExporter.Linux.Netlink;
using NicHangExporter.Linux.Procfs;
using NicHangExporter.Linux.Sysfs;

namespace NicHangExporter.Metrics;

/// <summary>
/// The interfaces of this network namespace by number, kept up to date by the kernel's notifications. A notification is
/// a hint to read sysfs again, never the truth. An interface that is not watched costs one look when it appears. Not
/// thread-safe; only the devices in a result are.
/// </summary>
/// <param name="netClass">The interfaces in sysfs.</param>
/// <param name="selection">Which of them are watched.</param>
/// <param name="feed">Compares an interface in sysfs with the one of that name in this namespace.</param>
internal sealed class KnownDevices(NetClass netClass, DeviceSelection selection, DeviceFeed feed) : IDisposable
{
    /// <summary>The devices that a periodic look reads again: a host may have many.</summary>
    private const int ReadEachLook = 16;

    // LOOPBACK_IFINDEX (include/net/flow.h).
    private const int LoopbackIndex = 1;

    private readonly Dictionary<long, KnownDevice> _byIndex = [];
    private readonly Dictionary<int, int> _last = [];
    private readonly List<InterfaceName> _names = [];
    private readonly int[] _opened = new int[(int)DeviceKind.Virtual + 1];
    private HashSet<InterfaceName>? _present;
    private bool _isChanged = true;
    private bool _failed;
    private int _turn;

    /// <summary>The result of the last change.</summary>
    public OpenDevices Current { get; private set; } =
        new([], [], dropped: 0, failed: false, version: 0, ownsDevices: false);

    /// <summary>sysfs has an interface that this namespace has not, so the notifications are about others.</summary>
    public bool IsForeign { get; private set; }

    /// <summary>An interface other than the loopback proves that sysfs shows this namespace.</summary>
    public bool IsProven { get; private set; }

    /// <summary>The table may be wrong: everything is to be looked at.</summary>
    public bool IsInDoubt { get; private set; }

    /// <summary>Applies notices in the order of the kernel, and reads each device at most once.</summary>
    public void Apply(List<LinkNotice> notices, List<DeviceNews> news)
    {
        _last.Clear();
        _present = null;
        for (var i = 0; i < notices.Count; i++)
            if (notices[i].Kind == LinkNoticeKind.Changed)
                _last[notices[i].Index] = i;
        for (var i = 0; i < notices.Count; i++)
            switch (notices[i])
            {
                case { Kind: LinkNoticeKind.Removed } removed:
                    Remove(removed.Index);
                    break;
                case { Kind: LinkNoticeKind.Changed } changed when _last[changed.Index] == i:
                    Look(changed, news);
                    break;
                case { Kind: LinkNoticeKind.Queues } changed when Watched(changed.Index) is { } device:
                    Refresh(device, news);
                    break;
                case { Kind: LinkNoticeKind.Settings } changed when Watched(changed.Index) is { } device:
                    news.Add(new DeviceNews(device.Name, DeviceNewsKind.Settings));
                    break;
            }
    }

    /// <summary>Looks at sysfs again.</summary>
    /// <param name="isThorough">Compares and reads every interface; else only the names, and some devices in turn.
    /// </param>
    /// <param name="news">Receives what is new.</param>
    public void Look(bool isThorough, List<DeviceNews> news)
    {
        IsInDoubt = false;
        _present = null;
        SetFailed(netClass.TryList(_names) != Errno.None);
        // Without a list nothing is known, not even that a device is gone.
        if (_failed)
            return;
        var known = new Dictionary<InterfaceName, KnownDevice>(_byIndex.Count);
        foreach (var device in _byIndex.Values.ToList())
            if (!known.TryAdd(device.Name, device))
            {
                // A rename was missed. Which of the two has the name shows below.
                Remove(device.Index);
                isThorough = true;
            }
        var groups = int.Max(1, (Current.All.Count + ReadEachLook - 1) / ReadEachLook);
        _turn = (_turn + 1) % groups;
        List<InterfaceName>? unknown = null;
        var watched = 0;
        foreach (var name in _names)
            if (!known.Remove(name, out var device))
                (unknown ??= []).Add(name);
            else if ((isThorough || (device.Open is not null && watched++ % groups == _turn)) && !IsStill(device, news))
                (unknown ??= []).Add(name);
        foreach (var gone in known.Values)
            Remove(gone.Index);
        foreach (var name in unknown ?? [])
            if (!IsForeign)
                Add(name);
    }

    /// <summary>Another device has series now.</summary>
    public void Invalidate() => _isChanged = true;

    /// <summary>True if the interfaces have exactly the names of these rows.</summary>
    public bool HasNames(ReadOnlySpan<NetDevRow> rows)
    {
        var names = _byIndex.Values.Select(known => known.Name).ToHashSet();
        foreach (ref readonly var row in rows)
            if (!names.Remove(row.Name))
                return false;
        return names.Count == 0;
    }

    /// <summary>Selects the devices to watch, if anything has changed since the last result.</summary>
    public OpenDevices Select(long version, List<DeviceNews> news)
    {
        if (!_isChanged)
            return Current;
        _isChanged = false;
        _present = null;
        var included = _byIndex.Values.Where(known => selection.Includes(known.Kind))
            .OrderBy(known => known.Kind).ThenBy(known => known.Name).ToList();
        var watched = new List<WatchedDevice>(int.Min(included.Count, selection.Max));
        var dropped = 0;
        foreach (var known in included)
            if (watched.Count == selection.Max)
            {
                Close(known);
                dropped++;
            }
            else if (known.Open is not null || Reopen(known))
            {
                watched.Add(known.Open!);
                if (known.IsNew)
                    news.Add(new DeviceNews(known.Name, DeviceNewsKind.Appeared));
                known.IsNew = false;
            }
        return Current = new OpenDevices(
            watched, selection.Shown(watched), dropped, _failed, version, ownsDevices: false);
    }

    public void Dispose()
    {
        foreach (var known in _byIndex.Values)
            known.Close();
        _byIndex.Clear();
    }

    private WatchedDevice? Watched(long index) => _byIndex.GetValueOrDefault(index)?.Open;

    private void Look(in LinkNotice notice, List<DeviceNews> news)
    {
        if (!_byIndex.TryGetValue(notice.Index, out var known))
            Add(notice.Name);
        else if (known.Name == notice.Name)
        {
            if (known.Open is not { } device)
                return;
            var link = device.Link;
            Refresh(device, news);
            // Nothing that sysfs shows has changed: perhaps a feature. Linux 5.6 and 5.7 notify it only here.
            if (ReferenceEquals(link, device.Link))
                news.Add(new DeviceNews(device.Name, DeviceNewsKind.Settings));
        }
        else
        {
            Close(known);
            known.Name = notice.Name;
            _isChanged |= selection.Includes(known.Kind);
        }
    }

    private static void Refresh(WatchedDevice device, List<DeviceNews> news)
    {
        if (device.Refresh() is { } kind)
            news.Add(new DeviceNews(device.Name, kind));
    }

    // Whether the interface still has its name, and reads it again.
    private bool IsStill(KnownDevice known, List<DeviceNews> news)
    {
        var errno = netClass.TryReadIndex(known.Name, out var index);
        if (errno != Errno.None && !NetDevice.IsAbsent(errno))
        {
            SetFailed(true);
            return true;
        }
        // A number is used again if somebody asks for it: the open directory is then that of a device that is gone.
        if (errno == Errno.None && index == known.Index && known.Open?.IsGone != true)
        {
            if (known.Open is { } device)
                Refresh(device, news);
            return true;
        }
        Remove(known.Index);
        return false;
    }

    private void Add(InterfaceName name)
    {
        if (Open(name) is not { } device)
            return;
        var kind = DeviceSelection.KindOf(device.Sysfs);
        Remove(device.Index);
        var known = new KnownDevice(device.Index, kind) { Name = name, IsNew = true };
        _byIndex.Add(device.Index, known);
        _isChanged |= selection.Includes(kind);
        // The others stay closed unless the selection opens them: a host may have thousands.
        if (selection.Includes(kind) && _opened.Take((int)kind + 1).Sum() < selection.Max)
            Keep(known, device);
        else
            device.Dispose();
    }

    // A device that was renamed, or was beyond the limit.
    private bool Reopen(KnownDevice known)
    {
        var device = Open(known.Name);
        // The name has gone to another interface meanwhile, or to none. A further notification may be on its way.
        if (device?.Index != known.Index)
        {
            device?.Dispose();
            IsInDoubt = true;
            return false;
        }
        Keep(known, device);
        return known.IsNew = true;
    }

    // Null if the interface is gone, or another namespace has it.
    private WatchedDevice? Open(InterfaceName name)
    {
        // Read once for all devices of a call.
        _present ??= feed.ReadNames();
        if (_present is null)
            SetFailed(true);
        if (_present?.Contains(name) != true)
            return null;
        NetDevice? device = null;
        try
        {
            device = netClass.Open(name);
            var index = device?.Index ?? 0;
            var match = index == 0 ? LinkMatch.Absent : feed.Compare(device!);
            if (match == LinkMatch.Same)
            {
                IsProven |= index > LoopbackIndex;
                return new WatchedDevice(device!) { Index = index };
            }
            // A notification follows when an absent one is registered. One that was renamed meanwhile is not foreign.
            IsForeign |= match == LinkMatch.Different
                && netClass.TryReadIndex(name, out var now) == Errno.None && now == index;
        }
        catch (LinuxException)
        {
            // Reported by Failed and by the success of the collectors.
            SetFailed(true);
        }
        device?.Dispose();
        return null;
    }

    private void Remove(long index)
    {
        if (!_byIndex.Remove(index, out var known))
            return;
        _isChanged |= selection.Includes(known.Kind);
        Close(known);
    }

    private void Keep(KnownDevice known, WatchedDevice device)
    {
        _ = device.Refresh();
        known.Open = device;
        _opened[(int)known.Kind]++;
    }

    private void Close(KnownDevice known)
    {
        if (known.Open is null)
            return;
        _opened[(int)known.Kind]--;
        known.Close();
    }

    private void SetFailed(bool failed)
    {
        _isChanged |= _failed != failed;
        _failed = failed;
        IsInDoubt |= failed;
    }
}
