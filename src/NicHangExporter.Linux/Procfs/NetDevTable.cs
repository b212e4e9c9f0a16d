namespace NicHangExporter.Linux.Procfs;

/// <summary>
/// The rows of net/dev: all interfaces of a network namespace, in the order of the kernel. Parsing again into the same
/// table allocates nothing while the number of interfaces does not grow. Not thread-safe.
/// </summary>
public sealed class NetDevTable
{
    private NetDevRow[] _rows = new NetDevRow[4];

    /// <summary>The rows; empty after a failure.</summary>
    public ReadOnlySpan<NetDevRow> Rows => _rows.AsSpan(0, Count);

    /// <summary>The number of rows.</summary>
    public int Count { get; private set; }

    /// <summary>True if the names, or their order, differ from those of the parse before.</summary>
    public bool NamesChanged { get; private set; }

    /// <summary>The index of the row of an interface; -1 if it has none.</summary>
    /// <param name="name">The interface.</param>
    /// <param name="hint">Where the row was the last time; any number is accepted.</param>
    public int Find(InterfaceName name, int hint)
    {
        var rows = Rows;
        if ((uint)hint < (uint)rows.Length && rows[hint].Name == name)
            return hint;
        for (var row = 0; row < rows.Length; row++)
            if (rows[row].Name == name)
                return row;
        return -1;
    }

    internal void Clear() => (Count, NamesChanged) = (0, Count > 0);

    /// <summary>
    /// Parses the whole file. A row whose name the kernel does not accept today is skipped, as
    /// <see cref="Sysfs.NetClass.TryList"/> does: old kernels accept a colon.
    /// </summary>
    /// <returns>
    /// 0, or the number of the first line, from 1, that is not as the kernel writes it. The table is then empty.
    /// </returns>
    internal int Parse(ReadOnlySpan<byte> text)
    {
        var (line, count, changed) = (0, 0, false);
        for (; !text.IsEmpty || line < 2; line++)
        {
            // A last line without its end is cut.
            var end = text.IndexOf((byte)'\n');
            if (end < 0 || !IsHeader(line, text[..end]) || !TryAdd(line, text[..end], ref count, ref changed))
            {
                Clear();
                return line + 1;
            }
            text = text[(end + 1)..];
        }
        (Count, NamesChanged) = (count, changed || count != Count);
        return 0;
    }

    // The names of the columns show that this kernel has exactly the known ones.
    private static bool IsHeader(int line, ReadOnlySpan<byte> text) => line switch
    {
        0 => text.StartsWith("Inter-|"u8),
        1 => text.SequenceEqual(
            " face |bytes    packets errs drop fifo frame compressed multicast"u8
            + "|bytes    packets errs drop fifo colls carrier compressed"u8),
        _ => true,
    };

    private bool TryAdd(int line, ReadOnlySpan<byte> text, ref int count, ref bool changed)
    {
        if (line < 2)
            return true;
        // Numbers hold no colon, so the last one ends the name, even where the kernel accepts a colon in it.
        var colon = text.LastIndexOf((byte)':');
        if (colon < 0)
            return false;
        if (count == _rows.Length)
            Array.Resize(ref _rows, 2 * count);
        ref var row = ref _rows[count];
        if (!row.TryParseColumns(text[(colon + 1)..]))
            return false;
        var name = text[..colon].TrimStart((byte)' ');
        if (name.IsEmpty || !row.Name.Is(name))
        {
            if (!InterfaceName.TryParse(name, out var parsed))
                return true;
            row.Name = parsed;
            changed = true;
        }
        count++;
        return true;
    }
}
