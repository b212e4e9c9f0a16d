using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Metrics;

namespace NicHangExporter.Detection;

/// <summary>Shows in metrics and log whether the kernel log is being read, and why not.</summary>
internal sealed partial class KernelLogStatus(ExporterMetrics metrics, ILogger logger)
{
    private string? _lastFailure;

    /// <summary>The device is open.</summary>
    public void ReadDevice(string path)
    {
        Set(KmsgState.Reading);
        LogOpened(path);
        _lastFailure = null;
    }

    /// <summary>syslog(2) works.</summary>
    /// <param name="reason">Why the device is not read.</param>
    public void ReadSyslog(string reason)
    {
        Set(KmsgState.ReadingSyslog);
        LogSyslogOpened(reason);
        _lastFailure = null;
    }

    public void Disable() => Set(KmsgState.Disabled);

    /// <summary>The log can't be read. Logged once for each reason, not at each retry.</summary>
    public void Fail(KmsgState state, string reason)
    {
        Set(state);
        if (reason == _lastFailure)
            return;
        _lastFailure = reason;
        if (state == KmsgState.PermissionDenied)
            LogPermissionDenied(reason);
        else
            LogUnavailable(reason);
    }

    public static KmsgState StateOf(LinuxException exception) => exception.Errno switch
    {
        Errno.NotPermitted or Errno.Access => KmsgState.PermissionDenied,
        Errno.NoEntry or Errno.NoDevice or Errno.NoDeviceOrAddress or Errno.NotDirectory => KmsgState.Missing,
        _ => KmsgState.Failed,
    };

    private void Set(KmsgState state)
    {
        metrics.KmsgUp.Set(state is KmsgState.Reading or KmsgState.ReadingSyslog ? 1 : 0);
        foreach (var other in Enum.GetValues<KmsgState>().Where(other => other != state))
            metrics.KmsgState.RemoveLabelled(MetricLabels.Of(other));
        metrics.KmsgState.WithLabels(MetricLabels.Of(state)).Set(1);
    }

    [LoggerMessage(EventIds.KmsgOpened, LogLevel.Information, "Reading the kernel log from {Path}")]
    private partial void LogOpened(string path);

    [LoggerMessage(EventIds.SyslogOpened, LogLevel.Information,
        "Reading the kernel log by syslog(2) once a second, because the device can't be read; remediation acts on a "
        + "hang only if a transmit counter shows it too: {Reason}")]
    private partial void LogSyslogOpened(string reason);

    [LoggerMessage(EventIds.KmsgUnavailable, LogLevel.Warning,
        "The kernel log can't be read, so hang messages are not seen; transmit counters still are: {Reason}")]
    private partial void LogUnavailable(string reason);

    [LoggerMessage(EventIds.BlindSpots, LogLevel.Warning,
        "Running without the right to read the kernel log, so hang messages are not seen, only transmit counters; "
        + "grant CAP_SYSLOG (systemd: AmbientCapabilities=CAP_SYSLOG; a file: setcap cap_syslog+ep; a pod: "
        + "securityContext.capabilities.add SYSLOG) or run as root: {Reason}")]
    private partial void LogPermissionDenied(string reason);
}
