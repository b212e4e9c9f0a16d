using NicHangExporter.Exposition;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Kmsg;
using NicHangExporter.Logging;

namespace NicHangExporter.Hangs;

/// <summary>A message of a network driver, or of the core about one, that came through the kernel log.</summary>
/// <param name="Message">What it says.</param>
/// <param name="At">When, since boot: for history by the record's own time but never in the future, live by the time of reading, because the
/// clock of the log drifts away from every other clock over weeks.</param>
/// <param name="IsReplay">It was in the ring before this process could read it: it counts but never makes an episode active.</param>
/// <param name="IsHistory">Nor is it known whether it has been counted before, by a process that left no position: it counts apart.</param>
/// <param name="Line">The record itself, for the evidence.</param>
internal readonly record struct KernelLogEvent(NicMessage Message, TimeSpan At, bool IsReplay, bool IsHistory, KernelLine Line);

/// <summary>
/// Follows the kernel log on a thread of its own and passes on what concerns a NIC. Everything else stops here, so that a flood of
/// messages never reaches the monitor; the kernel's ring is the buffer, and what it overwrites is counted.
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
    private ulong? _lastSeen;
    private ulong _records;
    private ulong _unreadable;
    private bool _overrun;
    private string? _lastFailure;
    private long _position = -1;

    /// <summary>What concerns a NIC, in the order of the log.</summary>
    public KernelLogQueue Events { get; } = new(EventsAhead);

    /// <summary>The sequence number of the last record whose event, if any, is already in <see cref="Events"/>; null before the first.</summary>
    public ulong? Position => Interlocked.Read(ref _position) is var position and >= 0 ? (ulong)position : null;

    /// <summary>Done when everything that was in the ring at the start has been read, or nothing can be read.</summary>
    public Task CaughtUp => _caughtUp.Task;

    /// <summary>
    /// Takes in events while none is handed over, and gives the position that belongs to them: every event up to it has been taken in, and none
    /// beyond it. Counts and position that are saved together must come from here, or a restart would count an event twice.
    /// </summary>
    /// <param name="takeEvents">Empties <see cref="Events"/>.</param>
    public ulong? Settle(Action takeEvents)
    {
        lock (_handOver)
        {
            takeEvents();
            return Position;
        }
    }

    /// <summary>Starts the thread.</summary>
    /// <param name="resumeAfter">The sequence number up to which records have been counted by an earlier process of this boot, or null.</param>
    /// <param name="stop">Ends the thread.</param>
    public void Start(ulong? resumeAfter, CancellationToken stop)
    {
        metrics.KmsgAcceptUntrusted.Set(options.AcceptUntrusted ? 1 : 0);
        // Also where nothing is read: the position must still be there for a process that reads again.
        if (resumeAfter is { } last)
        {
            _sequence = KmsgSequence.After(last);
            Interlocked.Exchange(ref _position, (long)last);
        }
        if (!options.Has(Collector.Kmsg))
        {
            SetState(KmsgState.Disabled);
            CatchUp();
            return;
        }
        if (options.AcceptUntrusted)
            LogUntrustedAccepted(options.KmsgPath);
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
                    using var reader = new KmsgReader(options.KmsgPath);
                    SetState(KmsgState.Reading);
                    LogOpened(options.KmsgPath);
                    _lastFailure = null;
                    Follow(reader, stop);
                }
                catch (LinuxException exception)
                {
                    Fail(exception);
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

    private void Follow(KmsgReader reader, CancellationToken stop)
    {
        // A reader begins with the oldest record, whenever it is opened: what has been counted must not count again, and what came before
        // must not look like news because the log could only be opened later.
        _isReplay = true;
        _skipThrough = Position;
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
        if (_records++ == MoreThanAnyRing)
            ReachEnd();
        if (record.Sequence <= _skipThrough)
            return;
        metrics.KmsgRecords.Inc();
        CountLost(_sequence.Observe(record.Sequence));
        if (TryDetectSafely(record, out var item))
            HandOver(item, record.Sequence, stop);
        else
            Interlocked.Exchange(ref _position, (long)record.Sequence);
    }

    private void HandOver(in KernelLogEvent item, ulong sequence, CancellationToken stop)
    {
        while (true)
        {
            lock (_handOver)
                if (Events.TryWrite(item))
                {
                    Interlocked.Exchange(ref _position, (long)sequence);
                    return;
                }
            Events.WaitForRoom(stop);
        }
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
    private bool TryDetectSafely(in KmsgRecord record, out KernelLogEvent item)
    {
        try
        {
            return TryDetect(record, out item);
        }
#pragma warning disable CA1031 // The top of the thread's loop: an error here is a fault of ours, and no record is worth the watch.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            metrics.MonitorFailures.Inc();
            if (_failedLog.IsDue(1, out var records))
                LogFailed(exception, records, record.Sequence);
            item = default;
            return false;
        }
    }

    private bool TryDetect(in KmsgRecord record, out KernelLogEvent item)
    {
        item = default;
        var text = record.Text;
        if (text.Contains((byte)'\\') && text.Length <= _unescaped.Length)
            text = _unescaped.AsSpan(0, KernelText.Unescape(text, _unescaped));
        if (!HangDetector.TryDetect(text, record.Value("SUBSYSTEM"u8), record.Value("DEVICE"u8), DetectionMode.Kernel, out var message))
            return false;
        if (!record.IsKernel)
        {
            // The kernel forces the facility of whatever user space writes to a number other than 0.
            if (message.ReportsHang)
            {
                metrics.KmsgUntrusted.Inc();
                if (_untrustedLog.IsDue(1, out var messages))
                    LogUntrustedHang(messages, record.Facility, options.AcceptUntrusted ? "counted, because --kmsg.accept-untrusted is on" : "not counted as a hang");
            }
            if (!options.AcceptUntrusted)
                return false;
        }
        var now = clock.GetElapsedTime(0);
        item = new KernelLogEvent(message, _isReplay && record.SinceBoot < now ? record.SinceBoot : now, _isReplay, _isReplay && _skipThrough is null,
            new KernelLine(record.SinceBoot, KernelLine.Printable(text)));
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
            Interlocked.Exchange(ref _position, (long)last);
        }
        _skipThrough = null;
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
        metrics.KmsgUp.Set(state == KmsgState.Reading ? 1 : 0);
        foreach (var other in Enum.GetValues<KmsgState>().Where(other => other != state))
            metrics.KmsgState.RemoveLabelled(MetricLabels.Of(other));
        metrics.KmsgState.WithLabels(MetricLabels.Of(state)).Set(1);
    }

    private void Fail(LinuxException exception)
    {
        var state = exception.Errno switch
        {
            Errno.NotPermitted or Errno.Access => KmsgState.PermissionDenied,
            Errno.NoEntry or Errno.NoDevice or Errno.NoDeviceOrAddress or Errno.NotDirectory => KmsgState.Missing,
            _ => KmsgState.Failed,
        };
        SetState(state);
        // Said once for each reason, not at each retry.
        if (exception.Message == _lastFailure)
            return;
        _lastFailure = exception.Message;
        if (state == KmsgState.PermissionDenied)
            LogPermissionDenied(exception.Message);
        else
            LogUnavailable(exception.Message);
    }
}
