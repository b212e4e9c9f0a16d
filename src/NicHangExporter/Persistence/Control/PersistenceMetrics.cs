using NicHangExporter.Hosting;
using NicHangExporter.Metrics;
using NicHangExporter.Remediation;
using NicHangExporter.Text;

namespace NicHangExporter.Persistence.Control;

/// <summary>
/// The series about persistence files. Files are read after each change, after each remediation, and once a minute
/// while something scrapes, on the thread pool. No scrape waits for it.
/// </summary>
internal sealed partial class PersistenceMetrics(
    HostRoot root, Remediator remediator, Persister persister, ExporterMetrics metrics, TimeProvider clock,
    ILogger<PersistenceMetrics> logger) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    // The label manager of each device's only series.
    private readonly Dictionary<string, string> _published = [];
    private ITimer? _timer;
    private long _lastRead;
    private bool _isStale;
    private bool _isUnreadable;

    /// <summary>Begins to read.</summary>
    public void Start()
    {
        persister.Changed += ReadSoon;
        remediator.Ended += OnEnded;
        metrics.BeforeScrape += OnScrape;
        _timer = clock.CreateTimer(_ => Read(), null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Reads the files and publishes the series. While another thread does it, that thread reads once
    /// more.</summary>
    public void Read()
    {
        Interlocked.Exchange(ref _isStale, true);
        // A disk that hangs holds one thread, not one more each minute.
        while (Volatile.Read(ref _isStale) && _lock.TryEnter())
            try
            {
                Interlocked.Exchange(ref _isStale, false);
                Interlocked.Exchange(ref _lastRead, clock.GetTimestamp());
                ReadFiles();
            }
            finally
            {
                _lock.Exit();
                Interlocked.MemoryBarrier();
            }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        persister.Changed -= ReadSoon;
        remediator.Ended -= OnEnded;
        metrics.BeforeScrape -= OnScrape;
        _timer?.Dispose();
    }

    // What is decided is known, and the series shows that it is not persisted yet.
    private void OnEnded(EndedRemediation ended) => ReadSoon();

    private void ReadSoon() => _timer?.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);

    private void OnScrape()
    {
        if (clock.GetElapsedTime(Interlocked.Read(ref _lastRead)) >= Interval)
            ReadSoon();
    }

    private void ReadFiles()
    {
        try
        {
            Publish(PersistedHost.Read(
                root, remediator.Status().Devices, PersistenceScan.Read(root), isWhole: false));
            if (_isUnreadable)
                LogReadable();
            _isUnreadable = false;
        }
#pragma warning disable CA1031 // The top of a timer: an exception would end the daemon.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            // Without a value rather than with an old one.
            Publish([]);
            if (!_isUnreadable)
                LogUnreadable(exception.Message.Split('\n')[0]);
            _isUnreadable = true;
        }
    }

    private void Publish(IEnumerable<PersistedDevice> devices)
    {
        var shown = devices.ToDictionary(device => device.Device.ToString());
        foreach (var (name, manager) in _published.ToList())
            if (!shown.TryGetValue(name, out var now) || SnakeCase.Of(now.Manager) != manager)
            {
                metrics.Persisted.RemoveLabelled(name, manager);
                metrics.PersistedMatches.RemoveLabelled(name);
                _published.Remove(name);
            }
        foreach (var (name, device) in shown)
        {
            var manager = _published[name] = SnakeCase.Of(device.Manager);
            metrics.Persisted.WithLabels(name, manager).Set(device.IsPersisted ? 1 : 0);
            metrics.PersistedMatches.WithLabels(name).Set(device.Matches ? 1 : 0);
        }
    }

    [LoggerMessage(EventIds.PersistUnreadable, LogLevel.Warning, "Persistence files can't be read: {Reason}")]
    private partial void LogUnreadable(string reason);

    [LoggerMessage(EventIds.PersistReadable, LogLevel.Information, "Persistence files can be read again")]
    private partial void LogReadable();
}
