using System.Runtime.CompilerServices;

namespace NicHangExporter.Linux.Procfs;

/// <summary>One line of net/dev. All its numbers are of one call of <c>dev_get_stats()</c>.</summary>
public struct NetDevRow
{
    /// <summary>The number of columns.</summary>
    public const int ColumnCount = (int)NetDevColumn.TxCompressed + 1;

    // The longest 64-bit number has 20 digits. No number of 19 digits overflows.
    private const int SafeDigits = 19;

    private Columns _columns;

    /// <summary>The name of the interface.</summary>
    public InterfaceName Name { get; internal set; }

    /// <summary>The number in a column.</summary>
    public readonly ulong this[NetDevColumn column] => _columns[(int)column];

    /// <summary>
    /// True if a counter is smaller than in an earlier row of the same device: the driver has reset its counters, or
    /// one has passed the end of its range.
    /// </summary>
    public readonly bool IsBehind(in NetDevRow earlier)
    {
        for (var column = 0; column < ColumnCount; column++)
            if (_columns[column] < earlier._columns[column])
                return true;
        return false;
    }

    /// <summary>
    /// Parses the numbers after the colon: exactly <see cref="ColumnCount"/> decimal numbers, separated by blanks.
    /// After a failure the numbers are undefined.
    /// </summary>
    internal bool TryParseColumns(ReadOnlySpan<byte> text)
    {
        var at = 0;
        for (var column = 0; column < ColumnCount; column++)
        {
            while (at < text.Length && text[at] == ' ')
                at++;
            var start = at;
            ulong value = 0;
            for (; at < text.Length && (uint)(text[at] - '0') is var digit and <= 9; at++)
            {
                if (at - start >= SafeDigits && value > (ulong.MaxValue - digit) / 10)
                    return false;
                value = value * 10 + digit;
            }
            // Also false for a number that a letter or a sign follows.
            if (at == start || (at < text.Length && text[at] != ' '))
                return false;
            _columns[column] = value;
        }
        return text[at..].TrimEnd((byte)' ').IsEmpty;
    }

    [InlineArray(ColumnCount)]
    private struct Columns
    {
        private ulong _first;
    }
}
