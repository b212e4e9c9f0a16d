namespace NicHangExporter.Remediation.Journaling;

/// <summary>
/// What a damaged journal still tells. Every line that is whole counts, before the damage and behind it: each has a checksum and a number, so what is missing
/// between two of them is known, and mostly the later ones say what a person decided. Pure.
/// </summary>
internal sealed class JournalSalvage
{
    private bool _isDamagedAtEnd;
    private bool _isMissing;

    private JournalSalvage()
    {
    }

    /// <summary>The fold of all lines that are whole.</summary>
    public RemediationState State { get; private set; } = RemediationState.Empty;

    /// <summary>The last of them; null for none.</summary>
    public JournalEntry? Last { get; private set; }

    /// <summary>The highest number of any of them.</summary>
    public long HighestSeq { get; private set; }

    /// <summary>True where nothing is missing: the numbers follow each other, and the damage is not at the end.</summary>
    public bool IsComplete => Last is not null && !_isMissing && !_isDamagedAtEnd;

    /// <summary>Whether a pause is in force; null where a line that is missing may have begun or ended one.</summary>
    public bool? Paused { get; private set; }

    /// <summary>The number of the line that <see cref="Paused"/> is known by.</summary>
    public long PausedSeq { get; private set; }

    /// <summary>Reads the contents of files, the oldest first.</summary>
    public static JournalSalvage Of(IEnumerable<byte[]> contents)
    {
        var salvage = new JournalSalvage();
        foreach (var content in contents)
            salvage.Read(content);
        if (salvage._isDamagedAtEnd)
            salvage.Paused = null;
        return salvage;
    }

    private void Read(ReadOnlySpan<byte> content)
    {
        // Each file begins with a checkpoint: one without a line that is whole has lost at least that, and whatever came after it.
        _isDamagedAtEnd = true;
        while (content.IndexOf((byte)'\n') is >= 0 and var newline)
        {
            var line = content[..newline];
            content = content[(newline + 1)..];
            if (JournalLine.IsWhole(line) && JournalLine.TryParse(line, out var entry) is null)
                Take(entry);
            else
                _isDamagedAtEnd = true;
        }
        // Without its newline it was being written: nobody was told that it had been.
    }

    private void Take(JournalEntry entry)
    {
        HighestSeq = Math.Max(HighestSeq, entry.Seq);
        if (entry.Event == JournalEvent.Checkpoint)
        {
            // The sum of all before it: what was missing among them is in it.
            if (entry.Seq < Last?.Seq)
                return;
            (State, Last, _isMissing, _isDamagedAtEnd) = (entry.State!, entry, false, false);
            (Paused, PausedSeq) = (entry.State!.Paused, entry.Seq);
            return;
        }
        // Said twice, or out of a file that was continued by another one.
        if (entry.Seq <= Last?.Seq)
            return;
        if (entry.Seq != Last?.Seq + 1)
            (_isMissing, Paused) = (true, null);
        _isDamagedAtEnd = false;
        State = _isMissing ? State.AfterGap(entry) : State.After(entry);
        Last = entry;
        // What changes a device is not begun while paused, save a rollback.
        if (entry.Event is JournalEvent.Paused or JournalEvent.Resumed || (Paused is null && entry is { Event: JournalEvent.Intent, Rollback: not true }))
            (Paused, PausedSeq) = (entry.Event == JournalEvent.Paused, entry.Seq);
        State = State with { Paused = Paused ?? State.Paused };
    }
}
