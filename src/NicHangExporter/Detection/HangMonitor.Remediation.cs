using NicHangExporter.Detection.Episodes;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Evidence;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Detection;

// The local loop: a confirmed hang asks the one door, and the door decides. Nothing here needs a network, a name server or a request.
internal sealed partial class HangMonitor
{
    /// <summary>How often the door is asked while nothing new is reported: it may have had to say no for a while.</summary>
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(5);

    private void RecordReport(DeviceTracker device, HangSource witness, TimeSpan at)
    {
        // One firing of the core's watchdog is in the log at once, and in tx_timeout at the next look: that is one report.
        if (witness == HangSource.Watchdog)
            device.WatchdogAt = at;
        else if (witness == HangSource.TxTimeout && device.WatchdogAt is { } logged && at - logged < TxTimeoutInterval + TxTimeoutInterval / 5)
            return;
        evidence.Report(device.Name, device.Bus, at, device.Episode?.Start ?? at, device.Transmitter?.TxPackets);
        // What the last remediation was about is over: this is another hang.
        device.Confirmation = (IsProvenOver(device) ? default : device.Confirmation).Observe(at);
        ConsiderRemediation(device, isNews: true);
    }

    private void ConsiderRemediation(DeviceTracker device, bool isNews)
    {
        var now = Now;
        if (!device.IsHanging || !device.Present || IsProvenOver(device) || (!isNews && now - device.AskedAt < AskAgain))
            return;
        // Pause frames make the core's watchdog fire as well, and it takes a window and a reading of their counter to tell. Only a driver's own report is not
        // the switch's doing.
        if (device is { Episode.DriverReports: 0, Transmitter.Verdict: TxVerdict.Suspect })
            return;
        TimeSpan? frozenSince = device.Transmitter is { Verdict: TxVerdict.Suspect or TxVerdict.Stalled } transmitter ? transmitter.Since : null;
        if (device.Confirmation.IsFrozen(now, frozenSince) && device.Freeze(now))
            Change(device);
        // A driver that has reset its adapter because of a hang leaves no doubt that there was one.
        if (!device.Confirmation.IsConfirmed(now, options.Remediation.ConfirmWindow, frozenSince) && device.Episode is not { Resets: > 0, DriverReports: > 0 })
            return;
        // What syslog(2) gives may be the first line of something else: it takes a witness that is no log.
        if (device.Episode is { } episode && episode.LacksProof(evidence.Of(device.Name, device.Bus).HealedAt))
            return;
        if (device.Confirm(true))
            Change(device);
        // There is nothing to prevent as long as it hangs, and nothing to heal as long as the driver may do it.
        if (device.IsDriverRecovering && !device.IsRecoveredOrQuiet(now))
            return;
        device.AskedAt = now;
        if (options.Remediation.Local != RemediationMode.Off)
            remediator.Submit(new RemediationRequest(device.Name, RemediationTrigger.Local)
            {
                Bus = device.Bus,
                Recover = !device.IsDriverRecovering,
                Episode = device.EpisodeId,
                Reason = device.Report is { } report ? $"hang reported: {report}" : "hang reported",
            });
        if (options.Remediation.Local != RemediationMode.Enforce && !device.IsHangNoted)
            remediator.NoteHang(device.Name);
        device.IsHangNoted = true;
    }

    // The door has found that it sends again, and nothing was reported since.
    private bool IsProvenOver(DeviceTracker device) => device.Confirmation.Last <= evidence.Of(device.Name, device.Bus).HealedAt;

    // For those who are told of a hang by others, and for those who tell others of it. A device that is gone is none of it: its name may be another's by now.
    private void PublishLiveHangs()
    {
        var now = clock.GetUtcNow();
        evidence.Show([.. _register.All.Where(device => device is { Present: true, IsHanging: true, EpisodeId: not null }).Select(device => new LiveHang(
            device.Name, device.Bus, device.Driver ?? "", device.EpisodeId!, now - (Now - device.Episode!.Value.Start), MetricLabels.Of(device.Episode.Value.Shape),
            device.Report?.ToString(), device.IsDriverRecovering) { IsConfirmed = device.IsHangNoted })]);
    }

    private void BeginBundle(DeviceTracker device)
    {
        var start = clock.GetUtcNow() - (Now - (device.Episode?.Start ?? Now));
        device.EpisodeId = device.FormerEpisodeId ?? EpisodeRecorder.NewId(start, device.Name);
        device.FormerEpisodeId = null;
        device.IsHangNoted = false;
        remediator.BeginEpisode(device.EpisodeId, device.Name, device.Bus, device.Driver ?? "", start, device.Report?.ToString(), device.KernelLines);
    }

    private void EndBundle(DeviceTracker device, in HangEpisode episode)
    {
        device.Confirmation = default;
        if ((device.EpisodeId ?? device.FormerEpisodeId) is not { } id)
            return;
        device.EpisodeId = null;
        device.RecoveredByItself = episode.Shape == HangShape.Flap;
        TellEnd(device, id, episode, clock.GetUtcNow() - (Now - episode.Last));
    }

    private void TellEnd(DeviceTracker device, string id, in HangEpisode episode, DateTimeOffset end)
    {
        device.FormerEpisodeId = null;
        remediator.EndEpisode(device.Name, new EpisodeSummary(id, end - episode.Duration, end, MetricLabels.Of(episode.Shape),
            Math.Round(episode.Duration.TotalSeconds, 1), episode.DriverReports + episode.WatchdogReports), device.KernelLines);
    }
}
