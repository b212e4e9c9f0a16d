namespace NicHangExporter.Logging;

/// <summary>
/// So many lines a minute: for what is worth a line each time, and comes as often as somebody else likes. Whoever asks a lot must not fill the disk with it.
/// Any thread may ask.
/// </summary>
/// <param name="most">How many lines a minute.</param>
/// <param name="clock">The clock.</param>
internal sealed class LogBudget(int most, TimeProvider clock)
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private long? _start;
    private int _spent;

    /// <summary>True where one more line is within the budget.</summary>
    public bool TrySpend()
    {
        lock (_gate)
        {
            if (_start is not { } start || clock.GetElapsedTime(start) >= Period)
                (_start, _spent) = (clock.GetTimestamp(), 0);
            return _spent++ < most;
        }
    }
}
