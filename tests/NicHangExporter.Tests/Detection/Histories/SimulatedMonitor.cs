using NicHangExporter.Detection.Episodes;

namespace NicHangExporter.Tests.Detection.Histories;

/// <summary>
/// What <c>EpisodeTracker</c> does with the samples and reports of one device, without files, threads and options.
/// </summary>
internal sealed class SimulatedMonitor
{
    public static readonly TimeSpan StallWindow = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan PauseInterval = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Gap = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ConfirmWindow = TimeSpan.FromSeconds(10);

    private readonly DeviceTracker _device = new(default, default);

    public SimulatedMonitor() => _device.Appear("e1000e", isVirtualFunction: false);

    /// <summary>Remediation was requested.</summary>
    public bool IsRequested { get; private set; }

    /// <summary>When the device is to be sampled again before the next second; null for not.</summary>
    public TimeSpan? RecheckAt => _device.ConfirmableAt;

    /// <summary>The counter of pause frames is to be read now.</summary>
    public bool NeedsPauseFrames => _device.NeedsPauseFrames;

    /// <summary>A sample; null if the device can't be read.</summary>
    public void Sample(TimeSpan now, TxSample? sample, ulong timeouts)
    {
        if (sample is null)
            _device.Forget();
        else if ((_device.IsHanging || _device.Transmitter.AreTimeoutsDue(now, isPhysical: true))
            && _device.Transmitter.ObserveTimeouts([timeouts], now))
            Observe(new HangObservation(HangSource.TxTimeout, now) { IsLive = true }, now);
        var change = _device.Transmitter.Sample(sample, StallWindow, PauseInterval, TimeSpan.FromSeconds(2));
        if (change.Source is { } source)
            Observe(new HangObservation(source, change.Since) { IsLive = true }, now);
        _device.ExtendWhileBlocked(now);
        Check(now, isNews: false);
        _device.ClearConfirmation(null);
        if (_device.Episode is { } episode && episode.IsOver(now, Gap))
            _device.End();
    }

    public void Take(SimulatedMessage message, TimeSpan now, bool isReplay = false)
    {
        if (message.Source is not { } source)
        {
            _device.ObserveLinkUp(now, Gap);
            return;
        }
        Observe(new HangObservation(source, now)
        {
            IsLive = !isReplay,
            IsHistory = isReplay,
            IsOwnCheck = message.IsOwnCheck,
            ShowsStuckHardware = message.IsStuck && !isReplay,
        }, now);
    }

    private void Observe(in HangObservation seen, TimeSpan now)
    {
        _device.Observe(seen, null, Gap);
        if (_device is { IsHanging: true, EpisodeId: null })
            _device.NameEpisode("id");
        if (seen is { IsLive: true, IsHangReport: true })
        {
            if (!_device.TakeReport(seen.Source, seen.At))
                return;
            _device.AddReport(seen, null);
            Check(now, isNews: true);
        }
        else if (seen is { IsLive: true, Source: HangSource.Reset })
            Check(now, isNews: true);
    }

    private void Check(TimeSpan now, bool isNews) =>
        IsRequested |= _device.Check(now, isNews, null, ConfirmWindow).NeedsRemediation;
}
