using NicHangExporter.Detection.Patterns;
using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Kmsg;
using NicHangExporter.Logging;
using NicHangExporter.Metrics;

namespace NicHangExporter.Detection;

/// <summary>
/// Follows /dev/kmsg. Records have numbers, so lost ones are counted exactly. A reader begins with the oldest record
/// whenever the device is opened: what has been counted must not count again, and what was printed before must not look
/// like news because the log could be opened only later.
/// </summary>
internal sealed partial class KmsgSource(
    KernelLogHandOver handOver, RecordDetector detector, ExporterMetrics metrics, TimeProvider clock, ILogger logger)
{
    /// <summary>More records than any ring holds. A flood as fast as the reader would never let it reach the
    /// end.</summary>
    private const ulong MoreThanAnyRing = 1_000_000;

    private readonly LogThrottle _lostLog = new(clock);
    private readonly byte[] _unescaped = new byte[16 * 1024];
    private KmsgSequence _sequence;
    private bool _isReplay;
    private ulong? _skipThrough;
    private TimeSpan? _skipUntil;
    private ulong? _lastSeen;
    private TimeSpan _lastTime;
    private ulong _records;
    private ulong _unreadable;
    private bool _isOverrun;

    /// <summary>Counts lost records from this one on, the last that an earlier process of this boot has
    /// counted.</summary>
    public void ResumeAfter(ulong sequence) => _sequence = KmsgSequence.After(sequence);

    /// <summary>Reads until it is stopped.</summary>
    /// <exception cref="LinuxException">The device can't be read.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public void Follow(KmsgReader reader, CancellationToken stop)
    {
        _isReplay = true;
        _skipThrough = handOver.Sequence;
        // A record that came through syslog(2) has no number.
        _skipUntil = _skipThrough is null ? handOver.Time : null;
        _lastSeen = null;
        _records = 0;
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            switch (reader.Read(out var record))
            {
                case KmsgReadStatus.Record:
                    Handle(record, stop);
                    break;
                case KmsgReadStatus.Overrun:
                    // The next record's number tells how many were lost.
                    _isOverrun = true;
                    break;
                case KmsgReadStatus.Oversized:
                    CountUnreadable();
                    break;
                default:
                    ReachEnd();
                    reader.Wait(TimeSpan.FromMinutes(1), stop);
                    break;
            }
        }
    }

    private void Handle(ReadOnlySpan<byte> bytes, CancellationToken stop)
    {
        if (!KmsgRecord.TryParse(bytes, out var record))
        {
            CountUnreadable();
            return;
        }
        _lastSeen = record.Sequence;
        _lastTime = record.SinceBoot;
        if (_records++ == MoreThanAnyRing)
            ReachEnd();
        if (record.Sequence <= _skipThrough)
            return;
        if (record.SinceBoot <= _skipUntil)
        {
            _sequence.Observe(record.Sequence);
            return;
        }
        metrics.KmsgRecords.Inc();
        CountLost(_sequence.Observe(record.Sequence));
        var text = record.Text;
        if (record.HasEscapes && text.Length <= _unescaped.Length)
            text = _unescaped.AsSpan(0, KernelText.Unescape(text, _unescaped));
        if (!RecordFilter.MayMatch(text))
        {
            handOver.Pass(record.Sequence, record.SinceBoot);
            return;
        }
        var entry = new KernelEntry(
            text, record.Value("SUBSYSTEM"u8), record.Value("DEVICE"u8), record.Facility, record.SinceBoot);
        var isHistory = _isReplay && _skipThrough is null && _skipUntil is null;
        if (detector.TryDetect(entry, clock.GetUptime(), _isReplay, isHistory, out var item))
            handOver.Add(item, record.Sequence, record.SinceBoot, stop);
        else
            handOver.Pass(record.Sequence, record.SinceBoot);
    }

    private void CountUnreadable()
    {
        _unreadable++;
        metrics.KmsgMalformed.Inc();
    }

    private void CountLost(ulong missing)
    {
        // Records that were read but not understood are missing from the sequence too. They count as malformed.
        var lost = missing > _unreadable ? missing - _unreadable : 0;
        _unreadable = 0;
        if (lost > 0)
        {
            metrics.KmsgLost.Inc(lost);
            if (_lostLog.IsDue(lost, out var sum))
                LogOverrun(
                    sum, _isOverrun ? "the ring overtook the reader" : "they were overwritten before they were read");
        }
        _isOverrun = false;
    }

    private void ReachEnd()
    {
        if (!_isReplay)
            return;
        // A clone or a restored snapshot of this machine keeps the boot_id while its ring goes back. A position ahead
        // of the ring would hide everything that comes.
        if (_lastSeen is { } last && _skipThrough > last)
        {
            LogPositionAhead(_skipThrough.Value, last);
            _sequence = KmsgSequence.After(last);
            handOver.MoveTo(new LogPosition(last, _lastTime));
        }
        _skipThrough = null;
        _skipUntil = null;
        _isReplay = false;
        handOver.CatchUp();
    }

    [LoggerMessage(EventIds.KmsgOverrun, LogLevel.Warning,
        "{Lost} records of the kernel log were lost, a hang may have been among them: {Reason}")]
    private partial void LogOverrun(ulong lost, string reason);

    [LoggerMessage(EventIds.PositionAheadOfRing, LogLevel.Warning,
        "The saved position {Saved} is ahead of the kernel log, which ends at {Last} (a restored snapshot?); going on "
        + "from its end")]
    private partial void LogPositionAhead(ulong saved, ulong last);
}
