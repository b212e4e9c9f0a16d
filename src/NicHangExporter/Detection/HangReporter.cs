using NicHangExporter.Detection.Episodes;
using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Evidence;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Detection;

/// <summary>
/// What the monitor tells remediation, and what it learns from it: <see cref="HangSignals"/>, the bundles of episodes,
/// and the requests of local remediation. Nothing here needs a network, a name server or an HTTP request.
/// </summary>
internal sealed class HangReporter(
    ExporterOptions options, Remediator remediator, HangSignals signals, TimeProvider clock)
{
    /// <summary>The last second of the calendar: a damaged state may hold any number.</summary>
    private const double MaxEpoch = 253402300799;

    /// <summary>When remediation last proved that the device sends again, since boot; null for never.</summary>
    public TimeSpan? HealedAt(DeviceTracker device) => signals.Of(device.Name, device.Bus).HealedAt;

    /// <summary>True if what the driver does at that time is the effect of an action of this program.</summary>
    public bool IsAftermath(DeviceTracker device, TimeSpan at) => signals.Of(device.Name, device.Bus).IsAftermath(at);

    /// <summary>A hang report came.</summary>
    public void Report(DeviceTracker device, TimeSpan at) =>
        signals.Report(device.Name, device.Bus, at, device.Episode?.Start ?? at, device.Transmitter.TxPackets);

    /// <summary>Requests what the mode of local remediation allows for a confirmed hang. Does not wait for
    /// it.</summary>
    /// <param name="device">The device.</param>
    /// <param name="isFirst">It is the first request of the episode.</param>
    public void RequestRemediation(DeviceTracker device, bool isFirst)
    {
        if (options.Remediation.Local != RemediationMode.Off)
            remediator.Submit(new RemediationRequest(device.Name, RemediationTrigger.Local)
            {
                Bus = device.Bus,
                Recover = !device.IsDriverRecovering,
                Episode = device.EpisodeId,
                Reason = device.Report is { } report ? $"hang reported: {report}" : "hang reported",
            });
        if (options.Remediation.Local != RemediationMode.Enforce && isFirst)
            remediator.NoteHang(device.Name);
    }

    /// <summary>Opens the bundle of a live hang episode.</summary>
    public void BeginEpisode(DeviceTracker device)
    {
        var start = WallClock(device.Episode?.Start ?? clock.GetUptime());
        var id = device.NameEpisode(EpisodeId.New(start, device.Name));
        remediator.BeginEpisode(
            id, device.Name, device.Bus, device.Driver ?? "", start, device.Report?.ToString(), device.KernelLines);
    }

    /// <summary>Closes the bundle of an episode of this boot.</summary>
    public void EndEpisode(DeviceTracker device, in EpisodeEnded ended) =>
        EndEpisode(device, ended, WallClock(ended.Episode.Last));

    /// <summary>
    /// Closes the bundle of an episode that ended with an earlier boot. Its times count from that boot, but the last
    /// event is also known by the wall clock.
    /// </summary>
    public void EndEpisodeOfEarlierBoot(DeviceTracker device, in EpisodeEnded ended) =>
        EndEpisode(
            device, ended, DateTimeOffset.UnixEpoch.AddSeconds(Math.Clamp(device.Counts.LastEvent, 0, MaxEpoch)));

    /// <summary>
    /// Publishes the live hangs for the webhook, the API and the alerts. A device that is gone has none: another device
    /// may have its name by now.
    /// </summary>
    public void PublishLiveHangs(IEnumerable<DeviceTracker> devices) =>
        signals.Show([.. devices
            .Where(device => device is { Present: true, IsHanging: true, EpisodeId: not null })
            .Select(device => new LiveHang(
                device.Name,
                device.Bus,
                device.Driver ?? "",
                device.EpisodeId!,
                WallClock(device.Episode!.Value.Start),
                MetricLabels.Of(device.Episode.Value.Shape),
                device.Report?.ToString(),
                device.IsDriverRecovering)
            {
                IsConfirmed = device.IsActionable,
            })]);

    private void EndEpisode(DeviceTracker device, in EpisodeEnded ended, DateTimeOffset end)
    {
        if (ended.Id is not { } id)
            return;
        var episode = ended.Episode;
        remediator.EndEpisode(
            device.Name,
            new EpisodeSummary(
                id,
                end - episode.Duration,
                end,
                MetricLabels.Of(episode.Shape),
                Math.Round(episode.Duration.TotalSeconds, 1),
                episode.DriverReports + episode.WatchdogReports),
            device.KernelLines);
    }

    private DateTimeOffset WallClock(TimeSpan sinceBoot) => clock.GetUtcNow() - (clock.GetUptime() - sinceBoot);
}
