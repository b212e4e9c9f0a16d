namespace NicHangExporter.Remediation.Journaling;

/// <summary>
/// Reads a damaged journal. Every undamaged line counts, before the damage and after it: each has a checksum and a
/// number, so that gaps are known, and the later lines mostly contain what a person decided. Pure.
/// </summary>
internal sealed class JournalSalvage
{
    private bool _isDamagedAtEnd;
    private bool _isMissing;

    private JournalSalvage()
    {
    }

    /// <summary>The sum of all undamaged lines.</summary>
    public RemediationState State { get; private set; } = RemediationState.Empty;

    /// <summary>The last of them; null if none exists.</summary>
    public JournalEntry? Last { get; private set; }

    /// <summary>The highest number of any of them.</summary>
    public long HighestSeq { get; private set; }

    /// <summary>True if no line is missing: the numbers are consecutive, and the damage is not at the end.</summary>
    public bool IsComplete => Last is not null && !_isMissing && !_isDamagedAtEnd;

    /// <summary>Whether a pause is in force; null if a missing line may have begun or ended one.</summary>
    public bool? Paused { get; private set; }

    /// <summary>The number of the line that shows <see cref="Paused"/>.</summary>
    public long PausedSeq { get; private set; }

    /// <summary>Reads the contents of files, oldest first.</summary>
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
        // Each file begins with a checkpoint: a file without an undamaged line has lost that and all lines after it.
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
        // A line without its newline was being written and never acknowledged.
    }

    private void Take(JournalEntry entry)
    {
        HighestSeq = Math.Max(HighestSeq, entry.Seq);
        if (entry.Event == JournalEvent.Checkpoint)
        {
            // It includes all lines before it, also the missing ones.
            if (entry.Seq < Last?.Seq)
                return;
            (State, Last, _isMissing, _isDamagedAtEnd) = (entry.State!, entry, false, false);
            (Paused, PausedSeq) = (entry.State!.Paused, entry.Seq);
            return;
        }
        // A repetition, or a line of a file that another one continued.
        if (entry.Seq <= Last?.Seq)
            return;
        if (entry.Seq != Last?.Seq + 1)
            (_isMissing, Paused) = (true, null);
        _isDamagedAtEnd = false;
        State = _isMissing ? State.AfterGap(entry) : State.After(entry);
        Last = entry;
        // No change except a rollback begins during a pause: an intent shows that there was none.
        if (entry.Event is JournalEvent.Paused or JournalEvent.Resumed
            || (Paused is null && entry is { Event: JournalEvent.Intent, Rollback: not true }))
            (Paused, PausedSeq) = (entry.Event == JournalEvent.Paused, entry.Seq);
        State = State with { Paused = Paused ?? State.Paused };
    }
}
