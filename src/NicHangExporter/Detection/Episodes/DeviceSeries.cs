using NicHangExporter.Metrics;

namespace NicHangExporter.Detection.Episodes;

/// <summary>The series of one device, under its present name.</summary>
internal sealed class DeviceSeries(DeviceTracker device)
{
    private static readonly string[] Origins = [MetricLabels.Live, MetricLabels.History];

    /// <summary>The series exist.</summary>
    public bool IsPublished { get; private set; }

    /// <summary>Writes every series of the device, also those at zero.</summary>
    /// <param name="metrics">The metrics.</param>
    /// <param name="wallClock">Turns a time since boot into seconds since the epoch.</param>
    public void Publish(ExporterMetrics metrics, Func<TimeSpan, double> wallClock)
    {
        IsPublished = true;
        var (name, counts) = (device.Name.ToString(), device.Counts);
        foreach (var source in MetricLabels.Sources)
            foreach (var origin in MetricLabels.Origins(source))
                metrics.HangEvents.WithLabels(name, MetricLabels.Of(source), origin)
                    .IncTo(counts.Events(source, origin));
        foreach (var origin in Origins)
        {
            metrics.DriverResets.WithLabels(name, origin).IncTo(counts.Resets(origin));
            metrics.Episodes.WithLabels(name, origin).IncTo(counts.Episodes(origin));
        }
        var active = device.EpisodeIsLive ? device.Episode : null;
        foreach (var shape in Enum.GetValues<HangShape>())
        {
            metrics.EpisodesEnded.WithLabels(name, MetricLabels.Of(shape)).IncTo(counts.Ended(shape));
            if (active?.Shape != shape)
                metrics.ActiveShape.RemoveLabelled(name, MetricLabels.Of(shape));
        }
        if (active is { } shaped)
            metrics.ActiveShape.WithLabels(name, MetricLabels.Of(shaped.Shape)).Set(1);
        metrics.OutageSeconds.WithLabels(name).IncTo(device.OutageSeconds);
        metrics.Active.WithLabels(name).Set(device.IsHanging ? 1 : 0);
        metrics.Confirmed.WithLabels(name).Set(device is { IsHanging: true, IsConfirmed: true } ? 1 : 0);
        metrics.EpisodeStart.WithLabels(name).Set(active is { } episode ? wallClock(episode.Start) : 0);
        metrics.LastEvent.WithLabels(name).Set(counts.LastEvent);
        metrics.TxStalled.WithLabels(name).Set(device.Transmitter.Verdict == TxVerdict.Stalled ? 1 : 0);
        metrics.TxPaused.WithLabels(name).Set(device.Transmitter.Verdict == TxVerdict.Paused ? 1 : 0);
        metrics.TxPauses.WithLabels(name).IncTo(counts.Pauses);
    }

    /// <summary>Removes every series of the device.</summary>
    public void Unpublish(ExporterMetrics metrics)
    {
        IsPublished = false;
        var name = device.Name.ToString();
        foreach (var source in MetricLabels.Sources)
            foreach (var origin in MetricLabels.Origins(source))
                metrics.HangEvents.RemoveLabelled(name, MetricLabels.Of(source), origin);
        foreach (var origin in Origins)
        {
            metrics.DriverResets.RemoveLabelled(name, origin);
            metrics.Episodes.RemoveLabelled(name, origin);
        }
        foreach (var shape in Enum.GetValues<HangShape>())
        {
            metrics.EpisodesEnded.RemoveLabelled(name, MetricLabels.Of(shape));
            metrics.ActiveShape.RemoveLabelled(name, MetricLabels.Of(shape));
        }
        metrics.OutageSeconds.RemoveLabelled(name);
        metrics.Active.RemoveLabelled(name);
        metrics.Confirmed.RemoveLabelled(name);
        metrics.EpisodeStart.RemoveLabelled(name);
        metrics.LastEvent.RemoveLabelled(name);
        metrics.TxStalled.RemoveLabelled(name);
        metrics.TxPaused.RemoveLabelled(name);
        metrics.TxPauses.RemoveLabelled(name);
    }
}
