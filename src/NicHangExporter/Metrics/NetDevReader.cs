using NicHangExporter.Linux;
using NicHangExporter.Linux.Procfs;

namespace NicHangExporter.Metrics;

/// <summary>
/// Reads the counters of all devices by one read of net/dev. It owns its open file and its buffer, so each thread that
/// reads has a reader of its own.
/// </summary>
/// <param name="source">Finds the file.</param>
/// <param name="rowsPerDevice">How many rows cost as much as reading one device from sysfs. The file has all devices of
/// the network namespace, so with many more of them sysfs is cheaper.</param>
internal sealed class NetDevReader(NetDevSource source, int rowsPerDevice) : IDisposable
{
    /// <summary>So many rows are read for any number of devices.</summary>
    public const int FewRows = 64;

    /// <summary>After so many reads that are left out, the rows are counted again.</summary>
    public const int LeftOut = 60;

    private int _leftOut;
    private NetDevFile? _file;
    private int[] _places = [];

    /// <summary>The rows of the last read.</summary>
    public ReadOnlySpan<NetDevRow> Rows => _file is null ? default : _file.Table.Rows;

    /// <summary>True if the names of the devices, or their order, differ from those of the read before.</summary>
    public bool NamesChanged => _file is { Table.NamesChanged: true };

    /// <summary>Reads the file.</summary>
    /// <param name="devices">The number of devices that are looked up.</param>
    /// <returns>False if only sysfs can be used, or costs less.</returns>
    public bool TryRead(int devices)
    {
        if (Rows.Length > Math.Max(FewRows, devices * rowsPerDevice) && _leftOut++ < LeftOut)
            return false;
        _leftOut = 0;
        var path = source.Choose();
        if (_file is not null && _file.Path != path)
        {
            _file.Dispose();
            _file = null;
        }
        if (path is null)
            return false;
        _file ??= new NetDevFile(path);
        var errno = _file.TryRead();
        if (errno == Errno.None)
            return source.Accept(_file);
        source.Reject(_file, errno);
        return false;
    }

    /// <summary>The row of a device after a read, as an index into <see cref="Rows"/>; -1 if it has none.</summary>
    /// <param name="name">The device.</param>
    /// <param name="place">Its place among the devices of the caller, which is where it is expected again.</param>
    public int Find(InterfaceName name, int place)
    {
        if (place >= _places.Length)
            Array.Resize(ref _places, Math.Max(place + 1, 2 * _places.Length));
        var row = _file?.Table.Find(name, _places[place]) ?? -1;
        if (row >= 0)
            _places[place] = row;
        return row;
    }

    /// <summary>Reports that a device of sysfs has no row.</summary>
    public void ReportMissing() => source.Doubt();

    public void Dispose() => _file?.Dispose();
}
