namespace NicHangExporter.Remediation.Journaling;

/// <summary>What the content of one journal file says, up to its end or to the first thing that can't be. Pure.</summary>
internal sealed class JournalFileScan
{
    private JournalFileScan()
    {
    }

    /// <summary>The fold of all lines before the fault; null where not even the checkpoint could be read.</summary>
    public RemediationState? State { get; private set; }

    /// <summary>The last line before the fault.</summary>
    public JournalEntry? Last { get; private set; }

    /// <summary>How many bytes the lines before the fault are.</summary>
    public int Length { get; private set; }

    /// <summary>Where the last of them begins.</summary>
    public int LastStart { get; private set; }

    /// <summary>How many of them the checkpoint is.</summary>
    public int CheckpointLength { get; private set; }

    /// <summary>The highest number of any line that can be read, after the fault too: numbers are not used twice.</summary>
    public long HighestSeq { get; private set; }

    /// <summary>Bytes of a last line that was not written to its end, as a crash leaves it: nobody was told that it had been.</summary>
    public int Torn { get; private set; }

    /// <summary>What is wrong; null for a file that can be continued.</summary>
    public string? Fault { get; private set; }

    /// <summary>A file of which nothing can be read.</summary>
    public static JournalFileScan Unusable(string fault) => new() { Fault = fault };

    /// <summary>Reads the content of a file.</summary>
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
                // Only the very last line can be one that was being written: its newline is missing, or pages of it are, which read as NUL. A checkpoint
                // never was: a file gets its name when it is complete.
                if (next == content.Length && (newline < 0 || line.Contains((byte)0)) && scan is { Last: not null, Fault: null })
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
