namespace NicHangExporter.Remediation.Journaling;

/// <summary>Joins intents and outcomes that are read from the newest to the oldest. Pure.</summary>
/// <param name="isWanted">Selects remediations, by the newest entry of each.</param>
/// <param name="limit">The most results.</param>
internal sealed class HistorySearch(Func<JournalEntry, bool> isWanted, int limit)
{
    private readonly List<RecordedRun> _found = [];
    private readonly Dictionary<string, int> _places = [];
    private long _oldest = long.MaxValue;
    private int _open;

    /// <summary>The results, newest first.</summary>
    public IReadOnlyList<RecordedRun> Found => _found;

    /// <summary>All results are complete: older entries add nothing.</summary>
    public bool IsOver => _found.Count >= limit && _open == 0;

    /// <summary>
    /// Adds an entry if it is older than all before it. One that is not was read under a second name, or was written
    /// after the search began: the journal was rotated meanwhile.
    /// </summary>
    public void Take(JournalEntry entry)
    {
        if (entry.Seq >= _oldest)
            return;
        _oldest = entry.Seq;
        if (entry is not { Id: { } id, Event: JournalEvent.Intent or JournalEvent.Outcome })
            return;
        if (_places.TryGetValue(id, out var place))
        {
            if (entry.Event != JournalEvent.Intent || _found[place].Intent is not null)
                return;
            if (Began(_found[place].Outcome!))
                _open--;
            _found[place] = _found[place] with { Intent = entry };
        }
        else if (_found.Count < limit && isWanted(entry))
        {
            _places[id] = _found.Count;
            _found.Add(entry.Event == JournalEvent.Intent ? new RecordedRun(entry, null)
                : new RecordedRun(null, entry));
            if (entry.Event == JournalEvent.Outcome && Began(entry))
                _open++;
        }
    }

    // These outcomes have no intent that adds anything.
    private static bool Began(JournalEntry outcome) =>
        outcome.Verdict is not (RemediationVerdict.Declined or RemediationVerdict.Observed
            or RemediationVerdict.NothingToDo);
}
