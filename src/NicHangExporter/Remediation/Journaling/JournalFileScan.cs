namespace NicHangExporter.Remediation.Journaling;

/// <summary>The content of one journal file, up to its end or to the first damage. Pure.</summary>
internal sealed class JournalFileScan
{
    private JournalFileScan()
    {
    }

    /// <summary>The sum of all lines before the fault; null if not even the checkpoint could be read.</summary>
    public RemediationState? State { get; private set; }

    /// <summary>The last line before the fault.</summary>
    public JournalEntry? Last { get; private set; }

    /// <summary>The length of the lines before the fault, in bytes.</summary>
    public int Length { get; private set; }

    /// <summary>The offset of the last of them.</summary>
    public int LastStart { get; private set; }

    /// <summary>The length of the checkpoint, in bytes.</summary>
    public int CheckpointLength { get; private set; }

    /// <summary>
    /// The highest number of any line that can be read, also after the fault: numbers are not used twice.
    /// </summary>
    public long HighestSeq { get; private set; }

    /// <summary>
    /// The length of a last line that was not written to its end because of a crash. It was never acknowledged.
    /// </summary>
    public int Torn { get; private set; }

    /// <summary>The error; null for a file that can be continued.</summary>
    public string? Fault { get; private set; }

    /// <summary>A file that can't be read at all.</summary>
    public static JournalFileScan Unusable(string fault) => new() { Fault = fault };

    public static JournalFileScan Of(ReadOnlySpan<byte> content)
    {
        var scan = new JournalFileScan();
        var number = 1;
        for (int start = 0, next; start < content.Length; start = next, number++)
        {
            var newline = content[start..].IndexOf((byte)'\n');
            next = newline < 0 ? content.Length : start + newline + 1;
            var line = content[start..(newline < 0 ? next : next - 1)];
            if (newline < 0 || !JournalLine.IsWhole(line))
            {
                // Only the last line can be one that was being written: its newline is missing, or pages of it, which
                // read as NUL. A checkpoint can't: a file gets its name when the checkpoint is complete.
                if (next == content.Length && (newline < 0 || line.Contains((byte)0))
                    && scan is { Last: not null, Fault: null })
                    scan.Torn = next - start;
                else
                    scan.Fault ??= $"line {number} is damaged";
            }
            else if (JournalLine.TryParse(line, out var entry) is { } fault)
                scan.Fault ??= $"line {number} {fault}";
            else
                scan.Take(entry, number, next);
        }
        if (content.Length > JournalFiles.ReadLimit)
            scan.Fault ??= "it is larger than any journal";
        else if (content.IsEmpty)
            scan.Fault = "there is nothing in it";
        return scan;
    }

    private void Take(JournalEntry entry, int number, int end)
    {
        HighestSeq = Math.Max(HighestSeq, entry.Seq);
        if (Fault is not null)
            return;
        if (Last is null && entry.Event != JournalEvent.Checkpoint)
            Fault = "it does not begin with a checkpoint";
        else if (Last is not null && entry.Seq != Last.Seq + 1)
            Fault = $"line {number} has number {entry.Seq} and follows {Last.Seq}";
        if (Fault is not null)
            return;
        if (Last is null)
            CheckpointLength = end;
        State = (State ?? RemediationState.Empty).After(entry);
        Last = entry;
        LastStart = Length;
        Length = end;
    }
}
