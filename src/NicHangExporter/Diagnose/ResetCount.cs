namespace NicHangExporter.Diagnose;

/// <summary>
/// Counts resets of one device. Drivers write several lines for one reset: ixgbe's "initiating reset due to tx timeout"
/// and "Reset adapter" are one. The same row of the pattern table again, or a line long after the first, is another
/// reset.
/// </summary>
internal sealed class ResetCount
{
    /// <summary>Longer than any reset of the table takes from its first line to its last.</summary>
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(10);

    private readonly HashSet<string> _rows = [];
    private TimeSpan _first;

    public int Count { get; private set; }

    /// <summary>Adds the announcement of a reset.</summary>
    public void Observe(in DeviceLogSummary.Statement statement)
    {
        if (Count > 0 && statement.At - _first <= Span && _rows.Add(statement.Row)) return;
        Count++;
        _first = statement.At;
        _rows.Clear();
        _rows.Add(statement.Row);
    }
}
