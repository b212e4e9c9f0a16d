using NicHangExporter.Linux;
using NicHangExporter.Metrics;

namespace NicHangExporter.Detection.Episodes;

// Its series, under the name that it has now.
internal sealed partial class DeviceTracker
{
    /// <summary>Whether its series stand under its present name.</summary>
    public bool IsPublished { get; private set; }

    /// <summary>Gives the device its new name; its series move with it.</summary>
    public void Rename(InterfaceName name, ExporterMetrics metrics)
    {
        Unpublish(metrics);
        Name = name;
    }

    /// <summary>Writes every series of the device, those at zero included.</summary>
    /// <param name="metrics">Where to.</param>
    /// <param name="wallClock">Turns a time since boot into seconds since the epoch.</param>
    public void Publish(ExporterMetrics metrics, Func<TimeSpan, double> wallClock)
    {
        IsPublished = true;
        var device = Name.ToString();
        foreach (var source in MetricLabels.Sources)
            foreach (var origin in MetricLabels.Origins(source))
                metrics.HangEvents.WithLabels(device, MetricLabels.Of(source), origin).IncTo(_events.GetValueOrDefault((source, origin)));
        foreach (var origin in new[] { MetricLabels.Live, MetricLabels.History })
        {
            metrics.DriverResets.WithLabels(device, origin).IncTo(_resets.GetValueOrDefault(origin));
            metrics.Episodes.WithLabels(device, origin).IncTo(_episodes.GetValueOrDefault(origin));
        }
        var active = EpisodeIsLive ? Episode : null;
        foreach (var shape in Enum.GetValues<HangShape>())
        {
            metrics.EpisodesEnded.WithLabels(device, MetricLabels.Of(shape)).IncTo(_ended.GetValueOrDefault(shape));
            if (active?.Shape != shape)
                metrics.ActiveShape.RemoveLabelled(device, MetricLabels.Of(shape));
        }
        if (active is { } shaped)
            metrics.ActiveShape.WithLabels(device, MetricLabels.Of(shaped.Shape)).Set(1);
        metrics.OutageSeconds.WithLabels(device).IncTo(OutageSeconds);
        metrics.Active.WithLabels(device).Set(IsHanging ? 1 : 0);
        metrics.Confirmed.WithLabels(device).Set(IsHanging && IsConfirmed ? 1 : 0);
        metrics.EpisodeStart.WithLabels(device).Set(active is { } episode ? wallClock(episode.Start) : 0);
        metrics.LastEvent.WithLabels(device).Set(LastEvent);
        metrics.TxStalled.WithLabels(device).Set(Transmitter?.Verdict == TxVerdict.Stalled ? 1 : 0);
        metrics.TxPaused.WithLabels(device).Set(Transmitter?.Verdict == TxVerdict.Paused ? 1 : 0);
        metrics.TxPauses.WithLabels(device).IncTo(Pauses);
    }

    /// <summary>Removes every series of the device.</summary>
    public void Unpublish(ExporterMetrics metrics)
    {
        IsPublished = false;
        var device = Name.ToString();
        foreach (var source in MetricLabels.Sources)
            foreach (var origin in MetricLabels.Origins(source))
                metrics.HangEvents.RemoveLabelled(device, MetricLabels.Of(source), origin);
        foreach (var origin in new[] { MetricLabels.Live, MetricLabels.History })
        {
            metrics.DriverResets.RemoveLabelled(device, origin);
            metrics.Episodes.RemoveLabelled(device, origin);
        }
        foreach (var shape in Enum.GetValues<HangShape>())
        {
            metrics.EpisodesEnded.RemoveLabelled(device, MetricLabels.Of(shape));
            metrics.ActiveShape.RemoveLabelled(device, MetricLabels.Of(shape));
        }
        metrics.OutageSeconds.RemoveLabelled(device);
        metrics.Active.RemoveLabelled(device);
        metrics.Confirmed.RemoveLabelled(device);
        metrics.EpisodeStart.RemoveLabelled(device);
        metrics.LastEvent.RemoveLabelled(device);
        metrics.TxStalled.RemoveLabelled(device);
        metrics.TxPaused.RemoveLabelled(device);
        metrics.TxPauses.RemoveLabelled(device);
    }
}
