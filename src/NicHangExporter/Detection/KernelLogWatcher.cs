using System.Diagnostics.CodeAnalysis;
using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Kmsg;
using NicHangExporter.Metrics;
using NicHangExporter.Options;

namespace NicHangExporter.Detection;

/// <summary>
/// Follows the kernel log on a thread of its own and hands over what concerns a NIC, so that a flood of other messages
/// never reaches the monitor. The kernel's ring is the buffer, and what it overwrites is counted. If /dev/kmsg can't be
/// opened, syslog(2) is read instead.
/// </summary>
internal sealed partial class KernelLogWatcher(
    ExporterOptions options, ExporterMetrics metrics, TimeProvider clock, ILogger<KernelLogWatcher> logger)
{
    /// <summary>The most events that wait for the monitor.</summary>
    public const int EventsAhead = 256;

    /// <summary>Long enough not to spin on a device that can't be opened, short enough for one that comes
    /// back.</summary>
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(15);

    private readonly KernelLogHandOver _handOver = new(EventsAhead);
    private readonly KernelLogStatus _status = new(metrics, logger);

    /// <inheritdoc cref="KernelLogHandOver.Events"/>
    public KernelLogQueue Events => _handOver.Events;

    /// <inheritdoc cref="KernelLogHandOver.Sequence"/>
    public ulong? Position => _handOver.Sequence;

    /// <inheritdoc cref="KernelLogHandOver.Time"/>
    public TimeSpan? Time => _handOver.Time;

    /// <inheritdoc cref="KernelLogHandOver.CaughtUp"/>
    public Task CaughtUp => _handOver.CaughtUp;

    /// <summary>How often syslog(2) is read.</summary>
    internal TimeSpan SyslogInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Opens the log for syslog(2). Null if path.kmsg names a recording or a pipe: syslog(2) reads the log of this host
    /// and must not replace it.
    /// </summary>
    internal Func<SyslogReader?> OpenSyslog { get; init; } =
        () => options.Paths.Kmsg == PathOptions.DefaultKmsg ? new SyslogReader() : null;

    /// <inheritdoc cref="KernelLogHandOver.Settle"/>
    public LogPosition Settle(Action takeEvents) => _handOver.Settle(takeEvents);

    /// <summary>Starts the thread.</summary>
    /// <param name="resumeAfter">Up to where an earlier process of this boot has counted records.</param>
    /// <param name="stop">Ends the thread.</param>
    public void Start(LogPosition resumeAfter, CancellationToken stop)
    {
        metrics.KmsgAcceptUntrusted.Set(options.Detection.AcceptUntrusted ? 1 : 0);
        var now = clock.GetUptime();
        if (resumeAfter.Time > now + SyslogClock.Drift(now) + TimeSpan.FromSeconds(1))
        {
            LogTimeAhead(resumeAfter.Time.Value.TotalSeconds, now.TotalSeconds);
            resumeAfter = resumeAfter with { Time = null };
        }
        // Also if the log is not read: a later process that reads it again needs the position.
        _handOver.MoveTo(resumeAfter);
        if (!options.Collectors.Has(Collector.Kmsg))
        {
            _status.Disable();
            _handOver.CatchUp();
            return;
        }
        if (options.Detection.AcceptUntrusted)
            LogUntrustedAccepted(options.Paths.Kmsg);
        new Thread(() => Run(resumeAfter.Sequence, stop)) { IsBackground = true, Name = "kmsg" }.Start();
    }

    private void Run(ulong? resumeAfter, CancellationToken stop)
    {
        var detector = new RecordDetector(options, metrics, clock, logger);
        var kmsg = new KmsgSource(_handOver, detector, metrics, clock, logger);
        if (resumeAfter is { } sequence)
            kmsg.ResumeAfter(sequence);
        var syslog = new SyslogSource(
            _handOver, detector, _status, OpenSyslog, SyslogInterval, metrics, clock, logger);
        // Waiting for it takes this thread. A timer would need the thread pool.
        using var never = new ManualResetEventSlim();
        try
        {
            while (true)
            {
                try
                {
                    FollowDevice(kmsg, syslog, never, stop);
                }
                catch (LinuxException exception)
                {
                    _status.Fail(KernelLogStatus.StateOf(exception), exception.Message);
                }
                _handOver.CatchUp();
                never.Wait(RetryInterval, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The program ends.
        }
        finally
        {
            _handOver.CatchUp();
            Events.Complete();
        }
    }

    private void FollowDevice(
        KmsgSource kmsg, SyslogSource syslog, ManualResetEventSlim never, CancellationToken stop)
    {
        if (!TryOpenDevice(out var reader, out var failure))
        {
            syslog.Follow(failure, never, stop);
            return;
        }
        using (reader)
        {
            _status.ReadDevice(options.Paths.Kmsg);
            syslog.Forget();
            kmsg.Follow(reader, stop);
        }
    }

    private bool TryOpenDevice(
        [NotNullWhen(true)] out KmsgReader? reader, [NotNullWhen(false)] out LinuxException? failure)
    {
        reader = null;
        failure = null;
        try
        {
            reader = new KmsgReader(options.Paths.Kmsg);
            // A recording can be any kind of file. /dev/kmsg is the kernel's device, or nothing to read.
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

    [LoggerMessage(EventIds.KmsgUntrustedAccepted, LogLevel.Warning,
        "REHEARSAL: --kmsg.accept-untrusted is on, so anybody who can write to {Path} can fake a hang")]
    private partial void LogUntrustedAccepted(string path);

    [LoggerMessage(EventIds.PositionAheadOfRing, LogLevel.Warning,
        "The saved time in the kernel log, {Saved} seconds after boot, is ahead of the clock, which is at {Now} (a "
        + "restored snapshot?); it is not used")]
    private partial void LogTimeAhead(double saved, double now);
}
