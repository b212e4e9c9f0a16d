using NicHangExporter.Remediation;

namespace NicHangExporter.Hangs;

// The local loop: a confirmed hang asks the one door, and the door decides. Nothing here needs a network, a name server or a request.
internal sealed partial class HangMonitor
{
    /// <summary>How often the door is asked while nothing new is reported: it may have had to say no for a while.</summary>
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(5);

    private void Testify(TrackedDevice device, TimeSpan at)
    {
        evidence.Report(device.Name, device.Bus, at, device.Episode?.Start ?? at, device.Transmitter?.TxPackets);
        device.Confirmation = device.Confirmation.Observe(at);
        ConsiderRemediation(device, isNews: true);
    }

    private void ConsiderRemediation(TrackedDevice device, bool isNews)
    {
        var now = Now;
        if (!device.IsHanging || !device.Present || (!isNews && now - device.AskedAt < AskAgain))
            return;
        TimeSpan? frozenSince = device.Transmitter is { Verdict: TxVerdict.Suspect or TxVerdict.Stalled } transmitter ? transmitter.Since : null;
        // A driver that has reset its adapter because of a hang leaves no doubt that there was one.
        if (!device.Confirmation.IsConfirmed(now, options.ConfirmWindow, frozenSince) && device.Episode is not { Resets: > 0, DriverReports: > 0 })
            return;
        device.AskedAt = now;
        if (options.LocalRemediation != RemediationMode.Off)
            remediator.Submit(new RemediationRequest(device.Name, RemediationTrigger.Local)
            {
                Recover = !device.RecoversByItself || device.Transmitter is { Verdict: TxVerdict.Stalled },
                Episode = device.EpisodeId,
                Reason = device.Report is { } report ? $"hang reported: {report}" : "hang reported",
            });
        if (options.LocalRemediation != RemediationMode.Enforce && !device.IsHangNoted)
            remediator.NoteHang(device.Name);
        device.IsHangNoted = true;
    }

    private void BeginBundle(TrackedDevice device)
    {
        var start = clock.GetUtcNow() - (Now - (device.Episode?.Start ?? Now));
        device.EpisodeId = EpisodeRecorder.NewId(start, device.Name);
        device.IsHangNoted = false;
        remediator.BeginEpisode(device.EpisodeId, device.Name, device.Bus, device.Driver ?? "", start, device.Report?.ToString(), device.KernelLines);
    }

    private void EndBundle(TrackedDevice device, in HangEpisode episode)
    {
        device.Confirmation = default;
        if (device.EpisodeId is not { } id)
            return;
        device.EpisodeId = null;
        device.RecoveredByItself = episode.Shape == HangShape.Flap;
        var end = clock.GetUtcNow() - (Now - episode.Last);
        remediator.EndEpisode(device.Name, new EpisodeSummary(id, end - episode.Duration, end, MetricLabels.Of(episode.Shape),
            Math.Round(episode.Duration.TotalSeconds, 1), episode.DriverReports + episode.WatchdogReports), device.KernelLines);
    }
}
