using System.Diagnostics.CodeAnalysis;
using NicHangExporter.Detection.Patterns;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Kmsg;
using NicHangExporter.Logging;
using NicHangExporter.Metrics;
using NicHangExporter.Options;

namespace NicHangExporter.Detection;

/// <summary>A message of a network driver, or of the core about one, that came through the kernel log.</summary>
/// <param name="Message">What it says.</param>
/// <param name="At">When, since boot: for history by the record's own time but never in the future, live by the time of
/// reading, because the clock of the log drifts away from every other clock over weeks; see <see cref="SyslogClock"/> for
/// syslog(2), which is read late.</param>
/// <param name="IsReplay">It was in the ring before this process could read it: it counts but never makes an episode active.</param>
/// <param name="IsHistory">Nor is it known whether it has been counted before, by a process that left no position: it counts apart.</param>
/// <param name="Line">The record itself, for the evidence.</param>
internal readonly record struct KernelLogEvent(NicMessage Message, TimeSpan At, bool IsReplay, bool IsHistory, KernelLine Line)
{
    /// <summary>It came through syslog(2), which may leave out further lines of a record.</summary>
    public bool BySyslog { get; init; }
}

/// <summary>
/// Follows the kernel log on a thread of its own and passes on what concerns a NIC. Everything else stops here, so that a flood of
/// messages never reaches the monitor; the kernel's ring is the buffer, and what it overwrites is counted. Where
/// /dev/kmsg can't be opened,
/// syslog(2) is read instead.
/// </summary>
internal sealed partial class KernelLogWatcher(ExporterOptions options, ExporterMetrics metrics, TimeProvider clock, ILogger<KernelLogWatcher> logger)
{
    /// <summary>The most events that wait for the monitor; the next ones wait in the kernel's ring.</summary>
    public const int EventsAhead = 256;

    /// <summary>Long enough not to spin on a device that can't be opened, short enough for one that comes back.</summary>
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(15);

    /// <summary>More records than any ring holds: a flood that is as fast as the reader, whose end would never come.</summary>
    private const ulong MoreThanAnyRing = 1_000_000;

    private readonly TaskCompletionSource _caughtUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LogThrottle _lostLog = new(clock);
    private readonly LogThrottle _untrustedLog = new(clock);
    private readonly LogThrottle _failedLog = new(clock);
    private readonly Lock _handOver = new();
    private readonly byte[] _unescaped = new byte[16 * 1024];
    private KmsgSequence _sequence;
    private bool _isReplay;
    private ulong? _skipThrough;
    private TimeSpan? _skipUntil;
    private ulong? _lastSeen;
    private ulong _records;
    private ulong _unreadable;
    private bool _overrun;
    private TimeSpan _lastTime;
    private string? _lastFailure;
    private long _position = -1;
    private long _time = -1;

    /// <summary>What concerns a NIC, in the order of the log.</summary>
    public KernelLogQueue Events { get; } = new(EventsAhead);

    /// <summary>The sequence number of the last record whose event, if any, is already in <see cref="Events"/>; null
    /// before the first, and where
    /// the last one came through syslog(2), which has no numbers.</summary>
    public ulong? Position => Interlocked.Read(ref _position) is var position and >= 0 ? (ulong)position : null;

    /// <summary>The time since boot of the newest record whose event, if any, is already in <see cref="Events"/>; null
    /// before the first.</summary>
    public TimeSpan? Time => Interlocked.Read(ref _time) is var time and >= 0 ? TimeSpan.FromTicks(time) : null;

    /// <summary>Done when everything that was in the ring at the start has been read, or nothing can be read.</summary>
    public Task CaughtUp => _caughtUp.Task;

    /// <summary>
    /// Takes in events while none is handed over, and gives the position that belongs to them: every event up to it has been taken in, and none
    /// beyond it. Counts and position that are saved together must come from here, or a restart would count an event twice.
    /// </summary>
    /// <param name="takeEvents">Empties <see cref="Events"/>.</param>
    public LogPosition Settle(Action takeEvents)
    {
        lock (_handOver)
        {
            takeEvents();
            return new LogPosition(Position, Time);
        }
    }

    /// <summary>Starts the thread.</summary>
    /// <param name="resumeAfter">Up to where records have been counted by an earlier process of this boot.</param>
    /// <param name="stop">Ends the thread.</param>
    public void Start(LogPosition resumeAfter, CancellationToken stop)
    {
        metrics.KmsgAcceptUntrusted.Set(options.Detection.AcceptUntrusted ? 1 : 0);
        // Also where nothing is read: the position must still be there for a process that reads again.
        var now = clock.GetElapsedTime(0);
        if (resumeAfter.Time > now + SyslogClock.Drift(now) + TimeSpan.FromSeconds(1))
            LogTimeAhead(resumeAfter.Time.Value.TotalSeconds, now.TotalSeconds);
        else if (resumeAfter.Time is { } time)
            Interlocked.Exchange(ref _time, time.Ticks);
        if (resumeAfter.Sequence is { } last)
        {
            _sequence = KmsgSequence.After(last);
            Interlocked.Exchange(ref _position, (long)last);
        }
        if (!options.Collectors.Has(Collector.Kmsg))
        {
            SetState(KmsgState.Disabled);
            CatchUp();
            return;
        }
        if (options.Detection.AcceptUntrusted)
            LogUntrustedAccepted(options.Paths.Kmsg);
        new Thread(() => Run(stop)) { IsBackground = true, Name = "kmsg" }.Start();
    }

    private void Run(CancellationToken stop)
    {
        using var never = new ManualResetEventSlim();
        try
        {
            while (true)
            {
                try
                {
                    if (TryOpenDevice(out var reader, out var failure))
                        using (reader)
                            Follow(reader, stop);
                    else
                        FollowSyslog(failure, never, stop);
                }
                catch (LinuxException exception)
                {
                    Fail(StateOf(exception), exception.Message);
                }
                CatchUp();
                // Not a timer, which would come by way of the thread pool.
                never.Wait(Retry, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The program ends.
        }
        finally
        {
            CatchUp();
            Events.Complete();
        }
    }

    private bool TryOpenDevice([NotNullWhen(true)] out KmsgReader? reader,
        [NotNullWhen(false)] out LinuxException? failure)
    {
        reader = null;
        failure = null;
        try
        {
            reader = new KmsgReader(options.Paths.Kmsg);
            // A recording may be of any kind; what is called /dev/kmsg is the kernel's device or nothing to read.
            if (reader.IsKernelDevice || options.Paths.Kmsg != PathOptions.DefaultKmsg)
                return true;
            reader.Dispose();
            reader = null;
            failure = new LinuxException("open", options.Paths.Kmsg, Errno.NoDevice);
            return false;
        }
        catch (LinuxException exception)
        {
            failure = exception;
            return false;
        }
    }

    private void Follow(KmsgReader reader, CancellationToken stop)
    {
        SetState(KmsgState.Reading);
        LogOpened(options.Paths.Kmsg);
        _lastFailure = null;
        _syslog = null;
        // A reader begins with the oldest record, whenever it is opened: what has been counted must not count again, and what came before
        // must not look like news because the log could only be opened later.
        _isReplay = true;
        _skipThrough = Position;
        // What came through syslog(2) has no number.
        _skipUntil = _skipThrough is null ? Time : null;
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
                    // How many were lost is known with the next record's number.
                    _overrun = true;
                    break;
                case KmsgReadStatus.Oversized:
                    _unreadable++;
                    metrics.KmsgMalformed.Inc();
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
            _unreadable++;
            metrics.KmsgMalformed.Inc();
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
        if (text.Contains((byte)'\\') && text.Length <= _unescaped.Length)
            text = _unescaped.AsSpan(0, KernelText.Unescape(text, _unescaped));
        var entry = new KernelEntry(text, record.Value("SUBSYSTEM"u8), record.Value("DEVICE"u8), record.Facility,
            record.SinceBoot);
        if (TryDetectSafely(entry, clock.GetElapsedTime(0), out var item))
            HandOver(item, (long)record.Sequence, record.SinceBoot, stop);
        else
            Pass((long)record.Sequence, record.SinceBoot);
    }

    private void HandOver(in KernelLogEvent item, long sequence, TimeSpan time, CancellationToken stop)
    {
        while (true)
        {
            lock (_handOver)
                if (Events.TryWrite(item))
                {
                    Pass(sequence, time);
                    return;
                }
            Events.WaitForRoom(stop);
        }
    }

    // Times are not in order between processors: the newest counts.
    private void Pass(long sequence, TimeSpan time)
    {
        Interlocked.Exchange(ref _time, Math.Max(_time, time.Ticks));
        Interlocked.Exchange(ref _position, sequence);
    }

    private void CountLost(ulong missing)
    {
        // Records that were read but could not be understood are missing from the sequence too; they are counted as malformed.
        var lost = missing > _unreadable ? missing - _unreadable : 0;
        _unreadable = 0;
        if (lost > 0)
        {
            metrics.KmsgLost.Inc(lost);
            if (_lostLog.IsDue(lost, out var sum))
                LogOverrun(sum, _overrun ? "the ring overtook the reader" : "they were overwritten before they were read");
        }
        _overrun = false;
    }

    // The ring keeps a record: one that ends the process would end it again at each start, until it is overwritten.
    private bool TryDetectSafely(in KernelEntry entry, TimeSpan at, out KernelLogEvent item)
    {
        try
        {
            return TryDetect(entry, at, out item);
        }
#pragma warning disable CA1031 // The top of the thread's loop: an error here is a fault of ours, and no record is worth the watch.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            metrics.MonitorFailures.Inc();
            if (_failedLog.IsDue(1, out var records))
                LogFailed(exception, records, entry.SinceBoot.TotalSeconds);
            item = default;
            return false;
        }
    }

    private bool TryDetect(in KernelEntry entry, TimeSpan at, out KernelLogEvent item)
    {
        item = default;
        if (!HangDetector.TryDetect(entry.Text, entry.Subsystem, entry.Device, DetectionMode.Kernel, out var message))
            return false;
        if (!entry.IsKernel)
        {
            // The kernel forces the facility of whatever user space writes to a number other than 0.
            if (message.ReportsHang)
            {
                metrics.KmsgUntrusted.Inc();
                if (_untrustedLog.IsDue(1, out var messages))
                    LogUntrustedHang(messages, entry.Facility, options.Detection.AcceptUntrusted
                        ? "counted, because --kmsg.accept-untrusted is on" : "not counted as a hang");
            }
            if (!options.Detection.AcceptUntrusted)
                return false;
        }
        var isHistory = _isReplay && _skipThrough is null && _skipUntil is null;
        item = new KernelLogEvent(message, _isReplay && entry.SinceBoot < at ? entry.SinceBoot : at, _isReplay,
            isHistory, new KernelLine(entry.SinceBoot, KernelLine.Printable(entry.Text)));
        return true;
    }

    private void ReachEnd()
    {
        if (!_isReplay)
            return;
        // A clone or a restored snapshot of this machine keeps the boot_id while its ring goes back: a position from the future would hide
        // everything that comes.
        if (_lastSeen is { } last && _skipThrough > last)
        {
            LogPositionAhead(_skipThrough.Value, last);
            _sequence = KmsgSequence.After(last);
            Interlocked.Exchange(ref _time, _lastTime.Ticks);
            Interlocked.Exchange(ref _position, (long)last);
        }
        _skipThrough = null;
        _skipUntil = null;
        _isReplay = false;
        CatchUp();
    }

    private void CatchUp()
    {
        // The monitor waits for this where it waits for events.
        if (_caughtUp.TrySetResult())
            Events.Wake();
    }

    private void SetState(KmsgState state)
    {
        metrics.KmsgUp.Set(state is KmsgState.Reading or KmsgState.ReadingSyslog ? 1 : 0);
        foreach (var other in Enum.GetValues<KmsgState>().Where(other => other != state))
            metrics.KmsgState.RemoveLabelled(MetricLabels.Of(other));
        metrics.KmsgState.WithLabels(MetricLabels.Of(state)).Set(1);
    }

    private static KmsgState StateOf(LinuxException exception) => exception.Errno switch
    {
        Errno.NotPermitted or Errno.Access => KmsgState.PermissionDenied,
        Errno.NoEntry or Errno.NoDevice or Errno.NoDeviceOrAddress or Errno.NotDirectory => KmsgState.Missing,
        _ => KmsgState.Failed,
    };

    private void Fail(KmsgState state, string reason)
    {
        SetState(state);
        // Said once for each reason, not at each retry.
        if (reason == _lastFailure)
            return;
        _lastFailure = reason;
        if (state == KmsgState.PermissionDenied)
            LogPermissionDenied(reason);
        else
            LogUnavailable(reason);
    }
}
