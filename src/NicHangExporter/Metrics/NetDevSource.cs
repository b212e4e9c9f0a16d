using System.Collections.Immutable;
using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Procfs;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Options;

namespace NicHangExporter.Metrics;

/// <summary>
/// Chooses the file net/dev of path.procfs that shows the same network namespace as path.sysfs
/// (docs/decisions/0047). Thread-safe; each thread reads the file by its own <see cref="NetDevReader"/>.
/// </summary>
internal sealed partial class NetDevSource(
    ExporterOptions options, NetClass netClass, TimeProvider clock, ILogger<NetDevSource> logger)
{
    // How often a comparison that proves nothing yet, or found a difference, is repeated at most.
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    // net is a link to self/net: the namespace of this process. In a container with the host's /proc and without the
    // host's network, only process 1 is in the namespace of the host's /sys.
    private readonly ImmutableArray<string> _candidates =
    [
        Path.Combine(options.Paths.Procfs, "net/dev"), Path.Combine(options.Paths.Procfs, "1/net/dev"),
    ];

    private readonly Lock _gate = new();
    private volatile bool _isProven;
    private volatile string? _path;
    private TimeSpan? _comparedAt;
    private ulong _total;
    private string? _reason;

    /// <summary>The file to read; null if only sysfs can be used.</summary>
    public string? Choose()
    {
        if (!_isProven)
            lock (_gate)
                if (IsDue)
                    Compare();
        return _path;
    }

    /// <summary>
    /// Takes what was read from the chosen file. Until proof, the file is compared with sysfs again once its counters
    /// have moved.
    /// </summary>
    /// <returns>False if the file must not be used after all.</returns>
    public bool Accept(NetDevFile file)
    {
        if (!_isProven)
            lock (_gate)
                if (!_isProven && Sum(file.Table) != _total)
                    Compare();
        return _path == file.Path;
    }

    /// <summary>Stops using the file for a while, because it can't be read.</summary>
    public void Reject(NetDevFile file, Errno errno)
    {
        lock (_gate)
        {
            _comparedAt = clock.GetUptime();
            Use(null, NamespaceCheck.Describe(file, errno));
        }
    }

    /// <summary>Asks for a new comparison, because a device of sysfs is not in the file.</summary>
    public void Doubt()
    {
        lock (_gate)
            if (IsDue)
                _isProven = false;
    }

    private bool IsDue => _comparedAt is not { } at || clock.GetUptime() - at >= Interval;

    private void Compare()
    {
        _comparedAt = clock.GetUptime();
        string? reason = null;
        foreach (var candidate in _candidates)
        {
            using var file = new NetDevFile(candidate);
            var (difference, total) = NamespaceCheck.Compare(netClass, file);
            if (difference is not null)
            {
                reason ??= difference;
                continue;
            }
            _isProven = candidate == _path && total != _total;
            _total = total;
            Use(candidate, null);
            return;
        }
        Use(null, reason);
    }

    private void Use(string? path, string? reason)
    {
        _path = path;
        _isProven &= path is not null;
        // Logged once for each change.
        var wasRejected = _reason is not null;
        _reason = reason;
        if (reason is not null && !wasRejected)
            LogSysfsOnly(reason);
        else if (path is not null && wasRejected)
            LogFileUsed(path);
    }

    private static ulong Sum(NetDevTable table)
    {
        ulong sum = 0;
        foreach (ref readonly var row in table.Rows)
            sum += row[NetDevColumn.RxPackets] + row[NetDevColumn.RxBytes] + row[NetDevColumn.TxPackets]
                + row[NetDevColumn.TxBytes];
        return sum;
    }

    [LoggerMessage(EventIds.CountersFromSysfs, LogLevel.Information,
        "The counters of network devices are read from sysfs, file by file, which costs more CPU: {Reason}")]
    private partial void LogSysfsOnly(string reason);

    [LoggerMessage(EventIds.CountersFromProcfs, LogLevel.Information,
        "The counters of network devices are read from {Path}")]
    private partial void LogFileUsed(string path);
}
