using NicHangExporter.Metrics;
using NicHangExporter.Remediation;
using NicHangExporter.Text;

namespace NicHangExporter.Hosting;

/// <summary>
/// The log messages of the start. They tell whether the host is protected: which devices are watched, which hangs are
/// healed, in which modes, and whether the API is on. One fact a message. Its value is a field and not also in the
/// text.
/// </summary>
internal static partial class StartLog
{
    /// <summary>Digits of the revision that are shown. Git needs as many to tell revisions apart.</summary>
    public const int RevisionLength = 12;

    /// <summary>The first line.</summary>
    public static void Begin(ILogger logger)
    {
        var (version, revision) = MetricsEndpoint.BuildVersion;
        LogStarting(logger, version, revision.Length > RevisionLength ? revision[..RevisionLength] : revision);
    }

    /// <summary>Warns of each deprecated option that is set.</summary>
    /// <param name="logger">The log.</param>
    /// <param name="warnings">From <see cref="ConfigurationWarnings.OfDeprecated"/>.</param>
    public static void WarnOfDeprecated(ILogger logger, IEnumerable<string> warnings)
    {
        foreach (var warning in warnings)
            LogDeprecated(logger, warning);
    }

    /// <summary>The messages after the devices and the journal have been read.</summary>
    /// <param name="logger">The log.</param>
    /// <param name="status">The devices and the modes.</param>
    /// <param name="modesWithoutEffect">From <see cref="ConfigurationWarnings.OfModes"/>.</param>
    public static void Tell(ILogger logger, RemediationStatus status, IEnumerable<string> modesWithoutEffect)
    {
        LogWatched(logger, ProtectionSummary.Watched(status.Devices));
        LogModes(logger, status.Modes["local"], status.Modes["webhook"], status.Modes["api"]);
        LogApi(logger, status.ApiOn ? "on" : "off");
        foreach (var problem in modesWithoutEffect)
            LogWithoutEffect(logger, problem);
        if (status.PauseExplanation is { } pause)
            LogPaused(logger, pause);
        if (ProtectionSummary.Healed(status.Devices) is { } healed)
            LogHealed(logger, healed);
        foreach (var (devices, reason) in ProtectionSummary.NotHealed(status.Devices))
            LogNotHealed(logger, devices, SnakeCase.Of(reason), Protection.Describe(reason));
    }

    [LoggerMessage(EventIds.OptionDeprecated, LogLevel.Warning, "{Warning}")]
    private static partial void LogDeprecated(ILogger logger, string warning);

    [LoggerMessage(EventIds.Starting, LogLevel.Information, "Starting nic-hang-exporter")]
    private static partial void LogStarting(ILogger logger, string version, string revision);

    [LoggerMessage(EventIds.DevicesWatched, LogLevel.Information,
        "These network devices are watched for hangs")]
    private static partial void LogWatched(ILogger logger, string devices);

    [LoggerMessage(EventIds.RemediationModes, LogLevel.Information, "Modes of remediation")]
    private static partial void LogModes(ILogger logger, string local, string webhook, string api);

    [LoggerMessage(EventIds.ApiState, LogLevel.Information,
        "The API under /api/v1, which api.token-file turns on")]
    private static partial void LogApi(ILogger logger, string api);

    [LoggerMessage(EventIds.ModeWithoutEffect, LogLevel.Warning, "{Problem}")]
    private static partial void LogWithoutEffect(ILogger logger, string problem);

    [LoggerMessage(EventIds.RemediationPaused, LogLevel.Warning, "{Explanation}")]
    private static partial void LogPaused(ILogger logger, string explanation);

    [LoggerMessage(EventIds.DevicesHealed, LogLevel.Information,
        "Hangs of these devices are healed automatically")]
    private static partial void LogHealed(ILogger logger, string devices);

    [LoggerMessage(EventIds.DevicesNotHealed, LogLevel.Information,
        "Hangs of these devices are not healed automatically")]
    private static partial void LogNotHealed(ILogger logger, string devices, string reason, string explanation);
}
