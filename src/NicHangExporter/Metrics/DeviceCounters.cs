using NicHangExporter.Linux;
using NicHangExporter.Linux.Procfs;

namespace NicHangExporter.Metrics;

/// <summary>
/// Gives all counters of one device as sysfs shows them, from a row of net/dev. Reads sysfs only for what the row
/// leaves open: the parts of a sum that has changed. Only the thread that renders uses it.
/// </summary>
internal sealed class DeviceCounters(WatchedDevice device) : IDisposable
{
    private readonly ulong[] _parts = new ulong[CounterColumns.Rows.Length];
    private readonly Errno[] _errors = new Errno[CounterColumns.Rows.Length];
    private readonly NoHandlerCounter _noHandler = new(device);
    private NetDevRow _last;
    private int _refreshes;
    private bool _isKnown;

    /// <summary>Puts the counters into the place of the device in a table.</summary>
    /// <returns>The first failure, or null.</returns>
    public string? Read(in NetDevRow row, int place, SampleTable samples)
    {
        // After a reset, other parts can have the same sum. It shows by a counter that goes back, or, as most drivers
        // reset only with the link, by a notification.
        var refreshes = device.Refreshes;
        var isReset = _isKnown && (refreshes != _refreshes || row.IsBehind(_last));
        foreach (var (family, column) in CounterColumns.Direct)
            samples.Set(family, place, row[column]);
        string? failure = null;
        foreach (var sum in CounterColumns.Sums)
        {
            if (!IsSettled(sum, row[sum.Column], isReset))
                ReadParts(sum);
            foreach (var part in sum.Parts)
                Put(part, _parts[part], _errors[part], ref failure);
        }
        var errno = _noHandler.Read(row[NetDevColumn.RxPackets], isReset || !_isKnown, out var packets);
        Put(CounterColumns.NoHandler, packets, errno, ref failure);
        (_last, _refreshes, _isKnown) = (row, refreshes, true);
        if (Array.IndexOf(_errors, Errno.NoDevice) < 0 && errno != Errno.NoDevice)
            return failure;
        // The device was removed while it was read.
        samples.Remove(place);
        _isKnown = false;
        Array.Clear(_parts);
        Array.Clear(_errors);
        return null;

        void Put(int family, ulong value, Errno error, ref string? failure)
        {
            if (error == Errno.None)
                samples.Set(family, place, value);
            else
                failure ??= FileTable.Failure(CounterColumns.Rows[family], device, error);
        }
    }

    public void Dispose() => _noHandler.Dispose();

    // The parts are read after the sum. If one of them moves in between, their sum is ahead of the column, and they are
    // read again unless the column reaches exactly that sum, which only the same parts give.
    private bool IsSettled(CounterSum sum, ulong column, bool isReset)
    {
        // At first sight, the parts of 0 are 0. The array has zeros then.
        if (!_isKnown)
            return column == 0;
        ulong known = 0;
        foreach (var part in sum.Parts)
        {
            if (_errors[part] != Errno.None)
                return false;
            known += _parts[part];
        }
        return column == known && (column == 0 || !isReset);
    }

    private void ReadParts(CounterSum sum)
    {
        foreach (var part in sum.Parts)
        {
            var errno = device.Sysfs.TryReadUInt64(CounterColumns.Rows[part].FileNul.Span, out _parts[part]);
            _errors[part] = FileTable.IsGone(errno, device) ? Errno.NoDevice : errno;
        }
    }
}
