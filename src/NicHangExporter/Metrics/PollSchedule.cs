using NicHangExporter.Linux;

namespace NicHangExporter.Metrics;

/// <summary>What an ethtool poll reads.</summary>
internal enum PollScope
{
    /// <summary>Settings of the devices that were named in a request.</summary>
    Requested,
    /// <summary>Driver statistics: the counters of ethtool -S, pause frames among them.</summary>
    Statistics,
    /// <summary>Settings and statistics of all devices.</summary>
    Everything,
}

/// <summary>
/// Decides when the ethtool poller reads what. Settings are read rarely: the kernel reports most changes, and others
/// are requested. Statistics are read more often, but only while something scrapes. Any thread may call.
/// </summary>
/// <param name="interval"><c>ethtool.interval</c>.</param>
/// <param name="window"><c>stall.window</c>.</param>
/// <param name="clock">The clock.</param>
internal sealed class PollSchedule(TimeSpan interval, TimeSpan window, TimeProvider clock)
{
    /// <summary>How often everything is read at least, if that is rarer than four intervals.</summary>
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long after a scrape the next one is expected. Prometheus scrapes every minute if it is not configured.
    /// </summary>
    private static readonly TimeSpan ScrapeMemory = TimeSpan.FromSeconds(75);

    /// <summary>The shortest time from one poll of requested devices to the next: a link can flap.</summary>
    private static readonly TimeSpan RequestPause = TimeSpan.FromMilliseconds(250);

    /// <summary>More requested devices than this are a request to read everything.</summary>
    private const int MaxRequested = 256;

    private readonly object _lock = new();
    private HashSet<InterfaceName> _requested = [];
    private HashSet<InterfaceName> _appeared = [];
    private long _requestedAt;
    private long _everythingAt;
    private long _statisticsAt;
    private long _scrapedAt;
    private bool _isEverythingWanted;
    private bool _isStatisticsWanted;
    private bool _isStopped;

    /// <summary>
    /// Changes of settings are reported by <see cref="Request(InterfaceName, bool)"/>. Else settings are read as often
    /// as statistics.
    /// </summary>
    public bool IsNotified { get; set; }

    private TimeSpan Rare =>
        4 * interval < Minute ? 4 * interval : interval > Minute ? interval : Minute;

    /// <summary>A setting has changed: everything is to be read now.</summary>
    public void Request() => Want(ref _isEverythingWanted);

    /// <summary>The settings of this device are to be read now.</summary>
    /// <param name="device">The device.</param>
    /// <param name="hasAppeared">It is new under its name. Its statistics are to be read, too.</param>
    public void Request(InterfaceName device, bool hasAppeared = false)
    {
        lock (_lock)
        {
            if (_isEverythingWanted)
                return;
            if (hasAppeared)
                _appeared.Add(device);
            if (!_requested.Add(device))
                return;
            if (_requested.Count > MaxRequested)
            {
                _requested.Clear();
                _appeared.Clear();
                _isEverythingWanted = true;
            }
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>
    /// Detection needs the pause frames now: a device sends nothing although packets are queued, or an episode is in
    /// progress. Two readings fit into the window.
    /// </summary>
    public void WantStatistics()
    {
        if (Since(ref _statisticsAt) >= (window / 2 < interval ? window / 2 : interval))
            Want(ref _isStatisticsWanted);
    }

    /// <summary>The snapshot is about to be shown.</summary>
    public void NoteScrape()
    {
        var wasScraped = IsScraped;
        Interlocked.Exchange(ref _scrapedAt, clock.GetTimestamp());
        if (wasScraped)
            return;
        lock (_lock)
            Monitor.PulseAll(_lock);
    }

    /// <summary>Ends all waits.</summary>
    public void Stop() => Want(ref _isStopped);

    /// <summary>Waits until something is due.</summary>
    /// <returns>What; null after <see cref="Stop"/>.</returns>
    public PollScope? Wait()
    {
        lock (_lock)
            while (!_isStopped)
            {
                if (Due(out var left) is { } scope)
                    return scope;
                // Not a timer: its callback needs a thread of the pool. Rounded up, so that the thread does not spin.
                Monitor.Wait(_lock, (int)Math.Ceiling(left.TotalMilliseconds));
            }
        return null;
    }

    /// <summary>What is due now; null for nothing.</summary>
    /// <param name="left">The time until something is due.</param>
    public PollScope? Due(out TimeSpan left)
    {
        lock (_lock)
        {
            var usual = IsScraped ? interval : Rare;
            var everything = (IsNotified ? Rare : usual) - Since(ref _everythingAt);
            var statistics = usual - Since(ref _statisticsAt);
            var requested = _requested.Count == 0 ? TimeSpan.MaxValue : RequestPause - Since(ref _requestedAt);
            left = everything < statistics ? everything : statistics;
            left = requested < left ? requested : left;
            return _isEverythingWanted || everything <= TimeSpan.Zero ? PollScope.Everything
                : requested <= TimeSpan.Zero ? PollScope.Requested
                : _isStatisticsWanted || statistics <= TimeSpan.Zero ? PollScope.Statistics : null;
        }
    }

    /// <summary>A poll of requested devices begins.</summary>
    /// <param name="appeared">Those of the devices that are new under their names.</param>
    /// <returns>The devices. Those that are requested from here on are read by the next one.</returns>
    public IReadOnlySet<InterfaceName> TakeRequested(out IReadOnlySet<InterfaceName> appeared)
    {
        lock (_lock)
        {
            var requested = _requested;
            appeared = _appeared;
            (_requested, _appeared, _requestedAt) = ([], [], clock.GetTimestamp());
            return requested;
        }
    }

    /// <summary>A poll begins. What is wanted from here on is read by the next one.</summary>
    /// <returns>True if it also answers requests, so that nothing may be taken from the last poll.</returns>
    public bool Begin(PollScope scope)
    {
        lock (_lock)
        {
            Interlocked.Exchange(ref _statisticsAt, clock.GetTimestamp());
            _isStatisticsWanted = false;
            if (scope == PollScope.Statistics)
                return false;
            var isRequested = _isEverythingWanted || _requested.Count > 0;
            _everythingAt = _statisticsAt;
            _isEverythingWanted = false;
            _requested.Clear();
            _appeared.Clear();
            return isRequested;
        }
    }

    private bool IsScraped => Interlocked.Read(ref _scrapedAt) != 0
        && Since(ref _scrapedAt) < (2 * interval > ScrapeMemory ? 2 * interval : ScrapeMemory);

    private TimeSpan Since(ref long time) => clock.GetElapsedTime(Interlocked.Read(ref time));

    private void Want(ref bool flag)
    {
        lock (_lock)
        {
            flag = true;
            Monitor.PulseAll(_lock);
        }
    }
}
