using NicHangExporter.Detection.Episodes;
using NicHangExporter.Linux.Sysfs;

namespace NicHangExporter.Detection;

// The two witnesses that need no log.
internal sealed partial class HangMonitor
{
    private void LookAtTimeouts(NetDevice device, DeviceTracker tracked, TimeSpan now)
    {
        if (TransmitSampler.HasTimedOut(device, tracked.TxTimeouts))
            Observe(tracked, HangSource.TxTimeout, now, live: true);
    }

    private void SampleTransmitter(NetDevice device, DeviceTracker tracked, TimeSpan now)
    {
        if (TransmitSampler.Sample(device, tracked.Transmitter?.TxPackets, PauseFrames(tracked), now) is not { } sample)
        {
            tracked.Transmitter = null;
            return;
        }
        tracked.Sent = sample.TxPackets;
        var before = tracked.Transmitter?.Verdict ?? TxVerdict.Flowing;
        tracked.Transmitter = TxStallDetector.Observe(tracked.Transmitter, sample, options.Detection.StallWindow, options.Ethtool.Interval);
        var verdict = tracked.Transmitter.Value.Verdict;
        if (verdict != before)
            Change(tracked);
        // The trouble began when the transmitter froze, not when the window was over.
        var frozenSince = tracked.Transmitter.Value.Since;
        if (verdict == TxVerdict.Stalled && before != TxVerdict.Stalled)
        {
            Observe(tracked, HangSource.TxStall, frozenSince, live: true);
            tracked.Confirm(true);
        }
        if (verdict == TxVerdict.Paused && before != TxVerdict.Paused)
        {
            tracked.Pauses++;
            Observe(tracked, HangSource.Paused, frozenSince, live: true);
        }
        // As long as nothing moves it is not over, whether or not anything is logged.
        if (verdict is TxVerdict.Stalled or TxVerdict.Paused || (verdict == TxVerdict.Suspect && tracked.Episode is not null))
            Extend(tracked, now);
    }

    private (ulong? Count, TimeSpan At) PauseFrames(DeviceTracker device) =>
        ethtool.Current is { } snapshot && snapshot.Find(device.Name, device.Bus)?.PauseFramesReceived is { } frames
            ? (frames, clock.GetElapsedTime(0, snapshot.Timestamp))
            : (null, TimeSpan.Zero);
}
