using NicHangExporter.Linux;
using NicHangExporter.Linux.Kmsg;
using NicHangExporter.Logging;
using NicHangExporter.Options;

namespace NicHangExporter.Detection;

// The source for a process that may read the kernel log but has no device for it, such as in a pod that is not
// privileged.
internal sealed partial class KernelLogWatcher
{
    /// <summary>What a look without times in it means.</summary>
    public const string NoTimes = "syslog(2) gives lines without a time, so where a record ends can't be seen: switch /sys/module/printk/parameters/time on";

    private readonly LogThrottle _gapLog = new(clock);
    private SyslogReader? _syslog;
    private SyslogClock _syslogClock;

    /// <summary>How long hang messages may wait in the ring.</summary>
    internal TimeSpan SyslogInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Opens the log for syslog(2); null where it is none for this configuration: a recording or a pipe that is named
    /// as path.kmsg is not the
    /// log of this host, and must not be replaced by it.
    /// </summary>
    internal Func<SyslogReader?> OpenSyslog { get; init; } =
        () => options.Paths.Kmsg == PathOptions.DefaultKmsg ? new SyslogReader() : null;

    /// <summary>Follows the log by syslog(2) until that fails. It does not go back to the device that appears later:
    /// this source is as good.</summary>
    private void FollowSyslog(LinuxException device, ManualResetEventSlim never, CancellationToken stop)
    {
        _isReplay = true;
        _skipThrough = null;
        _skipUntil = Time;
        _syslogClock = default;
        try
        {
            if ((_syslog ??= OpenSyslog()) is not { } reader)
                throw device;
            while (LookAtSyslog(reader, device.Message, stop))
                never.Wait(SyslogInterval, stop);
            Fail(KmsgState.Failed, $"{device.Message}; {NoTimes}");
        }
        catch (LinuxException exception) when (exception != device)
        {
            // The right that is missing is what helps, whatever is wrong with the device.
            Fail(StateOf(exception) == KmsgState.PermissionDenied ? KmsgState.PermissionDenied : StateOf(device),
                $"{device.Message}; {exception.Message}");
        }
    }

    /// <summary>Takes in what is new; false where it can't be told apart.</summary>
    private bool LookAtSyslog(SyslogReader reader, string why, CancellationToken stop)
    {
        var news = reader.Poll();
        if (news == SyslogNews.NoTimes)
            return false;
        if (_isReplay)
        {
            SetState(KmsgState.ReadingSyslog);
            LogSyslogOpened(why);
            _lastFailure = null;
        }
        if (news == SyslogNews.Gap)
        {
            metrics.KmsgLost.Inc();
            if (_gapLog.IsDue(1, out var times))
                LogGap(times);
        }
        // Nothing shows what of it has been seen before, except the times.
        var seen = news == SyslogNews.Continued ? null : Time;
        var now = clock.GetElapsedTime(0);
        if (reader.Newest is { } newest)
            _syslogClock.Observe(now, newest);
        while (reader.TryTake(out var record))
        {
            if (record.SinceBoot <= seen)
                continue;
            metrics.KmsgRecords.Inc();
            var entry = new KernelEntry(record.Text, default, default, record.Facility, record.SinceBoot);
            var at = _isReplay ? now : _syslogClock.TimeOf(record.SinceBoot);
            // A record that may lack lines is never whole.
            if (!record.MayLackLines && TryDetectSafely(entry, at, out var item))
                HandOver(item with { BySyslog = true }, -1, record.SinceBoot, stop);
            else
                Pass(-1, record.SinceBoot);
        }
        // A saved time from the future, of a restored snapshot, would hide what comes after a gap.
        if (_isReplay && reader.Newest < Time)
            Interlocked.Exchange(ref _time, reader.Newest.Value.Ticks);
        _lastSeen = null;
        ReachEnd();
        return true;
    }
}
