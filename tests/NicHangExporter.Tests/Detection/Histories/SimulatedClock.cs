namespace NicHangExporter.Tests.Detection.Histories;

/// <summary>A clock that a history sets, in time since its begin.</summary>
internal sealed class SimulatedClock : TimeProvider
{
    public TimeSpan Now { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    // A poll has never been at 0.
    public override long GetTimestamp() => (TimeSpan.FromHours(1) + Now).Ticks;
}
