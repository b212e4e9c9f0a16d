using NicHangExporter.Detection.Patterns;
using NicHangExporter.Linux;

namespace NicHangExporter.Detection.Episodes;

/// <summary>
/// What the monitor knows of one device: its counts, its episode and its transmitter. Known by its bus address, shown by its name, so that a
/// rename does not split it. Owned by the monitor's loop; nothing else touches it.
/// </summary>
internal sealed partial class DeviceTracker(InterfaceName name, BusAddress bus)
{
    // As many as tell how a hang began; a wedge repeats itself for hours.
    private const int KernelLinesKept = 20;

    /// <summary>Drivers that reset themselves do so when the core's watchdog fires, which is five seconds after the last packet, ten at most.</summary>
    private static readonly TimeSpan DriverPatience = TimeSpan.FromSeconds(10);

    /// <summary>Resets of a driver without a packet in between, after which it is not believed to help any more.</summary>
    private const int ResetsInVain = 2;

    /// <summary>Drivers repeat a report every two to five seconds.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(6);

    private readonly Dictionary<(HangSource Source, string Origin), long> _events = [];
    private readonly Queue<KernelLine> _kernelLines = [];
    private readonly Dictionary<string, long> _resets = [];
    private readonly Dictionary<string, long> _episodes = [];
    private readonly Dictionary<HangShape, long> _ended = [];
    private double _finishedOutage;
    private bool _counted;
    private ulong? _sentAtLastReset;
    private int _resetsInVain;

    /// <summary>The name now, or the last one where the device is not <see cref="Present"/>.</summary>
    public InterfaceName Name { get; private set; } = name;

    /// <summary>The bus address; empty for a virtual device.</summary>
    public BusAddress Bus { get; } = bus;

    /// <summary>The driver bound to the bus device, or null.</summary>
    public string? Driver { get; set; }

    /// <summary>Whether it is a virtual function of SR-IOV.</summary>
    public bool IsVirtualFunction { get; set; }

    /// <summary>Whether it was there at the last look.</summary>
    public bool Present { get; set; }

    /// <summary>The episode under way.</summary>
    public HangEpisode? Episode { get; private set; }

    /// <summary>Whether something live testified to it. Replayed history alone never makes an episode active.</summary>
    public bool EpisodeIsLive { get; private set; }

    /// <summary>Whether an episode is under way that is news and a hang: paused by the link partner is an episode, but none of a hang.</summary>
    public bool IsHanging => EpisodeIsLive && Episode is { Shape: not HangShape.Paused };

    /// <summary>The last decoded report of the episode.</summary>
    public HangReport? Report { get; set; }

    /// <summary>The last lines of the kernel log about it, as dmesg prints them, the oldest first. They do not survive a restart.</summary>
    public IReadOnlyList<string> KernelLines => [.. _kernelLines.Select(line => line.ToString())];

    /// <summary>Names the bundle of the live episode of a hang under way; null where there is none.</summary>
    public string? EpisodeId { get; set; }

    /// <summary>
    /// Names the bundle of the episode that an earlier process has seen live: where it goes on, it goes on under this name, and where it is over,
    /// this is where its end belongs. Null where there is none.
    /// </summary>
    public string? FormerEpisodeId { get; set; }

    /// <summary>The live episode that ended with the boot before this one, by the name of its bundle; null where there is none.</summary>
    public (string Id, HangEpisode Episode)? EndedWithBoot { get; private set; }

    /// <summary>Whether the reports so far make the hang one that may be acted on.</summary>
    public HangConfirmation Confirmation { get; set; }

    /// <summary>Whether the hang under way is beyond doubt, and not proven to be over since.</summary>
    public bool IsConfirmed { get; private set; }

    /// <summary>When the core's watchdog was last heard of in the log, since boot; null for never.</summary>
    public TimeSpan? WatchdogAt { get; set; }

    /// <summary>When the door was last asked, since boot.</summary>
    public TimeSpan AskedAt { get; set; }

    /// <summary>Whether the hang was confirmed in this episode, and the door told that what is in force has not held.</summary>
    public bool IsHangNoted { get; set; }

    /// <summary>Whether the last episode was a flap.</summary>
    public bool RecoveredByItself { get; set; }

    /// <summary>
    /// Whether the hang is left to the driver, which has reset the adapter itself in this episode or in the last one: as long as that helps. It does not where the
    /// hang goes on for longer than a driver takes to it, or where nothing is sent, be it from one of its resets to the next.
    /// </summary>
    public bool IsDriverRecovering =>
        (Episode is { Resets: > 0 } or { Recoveries: > 0 } || RecoveredByItself) && Transmitter is not { Verdict: TxVerdict.Stalled } && _resetsInVain < ResetsInVain
        && !(Episode is { UnansweredSince: { } since, LastReport: { } last } && last - since >= DriverPatience);

    /// <summary>Whether the hang that was left to the driver is over for now, because the driver has answered it or because it is reported no more.</summary>
    public bool IsRecoveredOrQuiet(TimeSpan now) => Episode is not { UnansweredSince: not null, LastReport: { } last } || now - last >= Quiet;

    /// <summary>The transmitter's state.</summary>
    public TxStallDetector? Transmitter { get; set; }

    /// <summary>Packets sent, at the last reading, which may be of before the link went; null where there was none.</summary>
    public ulong? Sent { get; set; }

    /// <summary>The queues' tx_timeout, each at its last reading.</summary>
    public List<ulong?> TxTimeouts { get; } = [];

    /// <summary>When the last testimony came, in seconds since the epoch; 0 for never.</summary>
    public double LastEvent { get; private set; }

    /// <summary>Times that it was found paused by the link partner.</summary>
    public long Pauses { get; set; }

    /// <summary>Seconds of outage of all episodes, the present one included.</summary>
    public double OutageSeconds => _finishedOutage + (Episode is { Shape: not HangShape.Paused } episode ? episode.Duration.TotalSeconds : 0);

    /// <summary>True where there is anything to remember.</summary>
    public bool HasHistory => _events.Count > 0 || _resets.Count > 0 || _ended.Count > 0 || Episode is not null || Pauses > 0;

    /// <summary>Counts a testimony and puts it into the episode.</summary>
    /// <param name="witness">Who testifies.</param>
    /// <param name="at">When, since boot.</param>
    /// <param name="live">It comes now, so that it makes the episode active.</param>
    /// <param name="history">It may have been counted before, so that it counts apart.</param>
    /// <param name="epochSeconds">When, in seconds since the epoch.</param>
    /// <param name="gap">A silence longer than this ends an episode.</param>
    /// <param name="resets">The report also says that the driver resets the adapter.</param>
    /// <param name="aftermath">It comes of what was done to the device: a reset then says nothing of what the driver does by itself.</param>
    /// <param name="bySyslog">It came through syslog(2).</param>
    public void Observe(HangSource witness, TimeSpan at, bool live, bool history, double epochSeconds, TimeSpan gap,
        bool resets = false, bool aftermath = false, bool bySyslog = false)
    {
        var origin = history ? MetricLabels.History : MetricLabels.Live;
        var begins = !HangEpisode.Continues(Episode, at, gap);
        if (begins && Episode is not null)
            End();
        if (witness == HangSource.Reset && (begins || aftermath))
        {
            // A reset with no hang before it: an unplugged cable, a setting changed. It counts, but it is no hang.
            _resets[origin] = _resets.GetValueOrDefault(origin) + 1;
            Extend(at);
            Answer();
            return;
        }
        if (resets || witness == HangSource.Reset)
            CompareWithLastReset();
        var episode = HangEpisode.Observe(Episode, witness, at, gap, resets);
        Episode = episode with { BySyslog = episode.BySyslog || bySyslog };
        EpisodeIsLive = (!begins && EpisodeIsLive) || live;
        if (begins)
            _counted = false;
        // An episode of pause frames alone is none of a hang; it is counted when something else testifies.
        if (!_counted && Episode.Value.Shape != HangShape.Paused)
        {
            _counted = true;
            _episodes[origin] = _episodes.GetValueOrDefault(origin) + 1;
        }
        if (witness == HangSource.Reset)
            _resets[origin] = _resets.GetValueOrDefault(origin) + 1;
        else if (witness != HangSource.Paused)
        {
            _events[(witness, origin)] = _events.GetValueOrDefault((witness, origin)) + 1;
            LastEvent = Math.Max(LastEvent, epochSeconds);
        }
    }

    /// <summary>Keeps a line of the kernel log about it, and forgets the oldest.</summary>
    public void Remember(in KernelLine line)
    {
        if (_kernelLines.Count == KernelLinesKept)
            _kernelLines.Dequeue();
        _kernelLines.Enqueue(line);
    }

    /// <summary>The hang is beyond doubt, or it is proven to be over.</summary>
    /// <returns>True where that is news.</returns>
    public bool Confirm(bool confirmed)
    {
        var changes = IsConfirmed != confirmed;
        IsConfirmed = confirmed;
        return changes;
    }

    /// <summary>After a report nothing was sent although packets waited.</summary>
    /// <param name="at">When that was seen.</param>
    /// <returns>True where that was not known yet.</returns>
    public bool Freeze(TimeSpan at)
    {
        if (Episode is not { LastReport: not null } episode)
            return false;
        Episode = episode with { Froze = true, ShownByCounters = at };
        return !episode.Froze;
    }

    /// <summary>Whatever was reported so far has been answered: by a reset, or by a remediation that is proven to have helped.</summary>
    public void Answer() => Episode = Episode is { } episode ? episode with { UnansweredSince = null } : Episode;

    /// <summary>The driver says that it has repaired what it reported in the episode under way.</summary>
    public void Recover(TimeSpan at) => Episode = Episode?.Recovered(at);

    /// <summary>The trouble was still seen at that time.</summary>
    public void Extend(TimeSpan at) => Episode = Episode is { } episode && at > episode.Last ? episode with { Last = at } : Episode;

    /// <summary>Forgets what its counters said, for they have gone with it.</summary>
    /// <returns>True where that changes a series.</returns>
    public bool ForgetCounters()
    {
        TxTimeouts.Clear();
        Sent = null;
        var changes = Transmitter is { Verdict: not TxVerdict.Flowing };
        Transmitter = null;
        return changes;
    }

    // The stall detector begins anew when the link comes back, which each reset makes it do: it never gets to a verdict where they follow each other.
    private void CompareWithLastReset()
    {
        _resetsInVain = Sent is { } sent && sent == _sentAtLastReset ? _resetsInVain + 1 : 0;
        _sentAtLastReset = Sent;
    }

    /// <summary>Ends the episode.</summary>
    public void End()
    {
        (_sentAtLastReset, _resetsInVain) = (null, 0);
        if (Episode is not { } episode)
            return;
        _ended[episode.Shape] = _ended.GetValueOrDefault(episode.Shape) + 1;
        _finishedOutage = OutageSeconds;
        Episode = null;
        EpisodeIsLive = false;
        IsConfirmed = false;
        Report = null;
    }
}
