namespace NicHangExporter.Bench;

/// <summary>
/// The real clock, which a benchmark can set forward instead of waiting. Timers take their real time.
/// </summary>
internal sealed class JumpingClock : TimeProvider
{
    private long _ahead;

    public override long TimestampFrequency => System.TimestampFrequency;

    public void Jump(TimeSpan time) => Interlocked.Add(ref _ahead, (long)(time.TotalSeconds * TimestampFrequency));

    public override long GetTimestamp() => System.GetTimestamp() + Interlocked.Read(ref _ahead);

    public override DateTimeOffset GetUtcNow() =>
        System.GetUtcNow() + TimeSpan.FromSeconds((double)Interlocked.Read(ref _ahead) / TimestampFrequency);
}
