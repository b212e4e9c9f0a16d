using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Kmsg;
using NicHangExporter.Logging;
using NicHangExporter.Metrics;

namespace NicHangExporter.Detection;

/// <summary>
/// Follows the kernel log by syslog(2), for a process that may read the log but has no device for it, such as in a pod
/// that is not privileged.
/// </summary>
/// <param name="handOver">Takes the events.</param>
/// <param name="detector">Finds the events.</param>
/// <param name="status">Takes the state of the source.</param>
/// <param name="open">Opens the log; null if syslog(2) is not to be used.</param>
/// <param name="interval">How often the log is read. Messages wait in the ring for as long.</param>
/// <param name="metrics">The metrics.</param>
/// <param name="clock">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class SyslogSource(
    KernelLogHandOver handOver, RecordDetector detector, KernelLogStatus status, Func<SyslogReader?> open,
    TimeSpan interval, ExporterMetrics metrics, TimeProvider clock, ILogger logger)
{
    private const string NoTimes =
        "syslog(2) gives lines without a time, so where a record ends can't be seen: switch "
        + "/sys/module/printk/parameters/time on";

    private readonly LogThrottle _gapLog = new(clock);
    private SyslogReader? _reader;
    private SyslogClock _syslogClock;
    private TimeSpan? _skipUntil;
    private bool _isReplay;

    /// <summary>Forgets what has been read: the device takes over.</summary>
    public void Forget() => _reader = null;

    /// <summary>Reads until that fails or it is stopped. It does not go back to a device that appears later: syslog(2)
    /// is as good.</summary>
    /// <param name="device">Why the device can't be read.</param>
    /// <param name="never">An event that is never set, to wait for.</param>
    /// <param name="stop">Stops it.</param>
    /// <exception cref="LinuxException">syslog(2) is not to be used: <paramref name="device"/>.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public void Follow(LinuxException device, ManualResetEventSlim never, CancellationToken stop)
    {
        _isReplay = true;
        _skipUntil = handOver.Time;
        _syslogClock = default;
        try
        {
            if ((_reader ??= open()) is not { } reader)
                throw device;
            while (TryTake(reader, device.Message, stop))
                never.Wait(interval, stop);
            status.Fail(KmsgState.Failed, $"{device.Message}; {NoTimes}");
        }
        catch (LinuxException exception) when (exception != device)
        {
            // A missing right is what the user can grant, so it comes before any fault of the device.
            var state = KernelLogStatus.StateOf(exception);
            status.Fail(
                state == KmsgState.PermissionDenied ? state : KernelLogStatus.StateOf(device),
                $"{device.Message}; {exception.Message}");
        }
    }

    // Takes what is new; false if the records can't be told apart.
    private bool TryTake(SyslogReader reader, string why, CancellationToken stop)
    {
        var news = reader.Poll();
        if (news == SyslogNews.NoTimes)
            return false;
        if (_isReplay)
            status.ReadSyslog(why);
        if (news == SyslogNews.Gap)
        {
            metrics.KmsgLost.Inc();
            if (_gapLog.IsDue(1, out var times))
                LogGap(times);
        }
        // After a gap only the times tell what has been read before.
        var seen = news == SyslogNews.Continued ? null : handOver.Time;
        var now = clock.GetUptime();
        if (reader.Newest is { } newest)
            _syslogClock.Observe(now, newest);
        while (reader.TryTake(out var record))
            if (!(record.SinceBoot <= seen))
                Handle(record, now, stop);
        // A saved time from the future, of a restored snapshot, would hide what comes after a gap.
        if (_isReplay && reader.Newest is { } last && last < handOver.Time)
            handOver.MoveTo(new LogPosition(null, last));
        _isReplay = false;
        _skipUntil = null;
        handOver.CatchUp();
        return true;
    }

    private void Handle(in SyslogRecord record, TimeSpan now, CancellationToken stop)
    {
        metrics.KmsgRecords.Inc();
        var entry = new KernelEntry(record.Text, default, default, record.Facility, record.SinceBoot);
        var at = _isReplay ? now : _syslogClock.TimeOf(record.SinceBoot);
        var isHistory = _isReplay && _skipUntil is null;
        // A record that may lack lines is never whole.
        if (!record.MayLackLines && detector.TryDetect(entry, at, _isReplay, isHistory, out var item))
            handOver.Add(item with { BySyslog = true }, sequence: null, record.SinceBoot, stop);
        else
            handOver.Pass(sequence: null, record.SinceBoot);
    }

    [LoggerMessage(EventIds.KmsgOverrun, LogLevel.Warning,
        "Records of the kernel log may be lost {Times} times, a hang may have been among them: the ring overtook the "
        + "reader, or somebody cleared the log (dmesg -C)")]
    private partial void LogGap(ulong times);
}
