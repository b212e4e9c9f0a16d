namespace NicHangExporter.Remediation.Journaling;

/// <summary>Puts intents and outcomes together that come in from the newest to the oldest. Pure.</summary>
/// <param name="isWanted">Holds of the passes that are looked for; asked of the newest entry of each.</param>
/// <param name="limit">How many of them.</param>
internal sealed class HistorySearch(Func<JournalEntry, bool> isWanted, int limit)
{
    private readonly List<RecordedRun> _found = [];
    private readonly Dictionary<string, int> _places = [];
    private int _open;

    /// <summary>What was found, the newest first.</summary>
    public IReadOnlyList<RecordedRun> Found => _found;

    /// <summary>As many as were asked for, and of each how it began: older entries add nothing.</summary>
    public bool IsOver => _found.Count >= limit && _open == 0;

    /// <summary>Takes in an entry that is older than all before it.</summary>
    public void Take(JournalEntry entry)
    {
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
            _found.Add(entry.Event == JournalEvent.Intent ? new RecordedRun(entry, null) : new RecordedRun(null, entry));
            if (entry.Event == JournalEvent.Outcome && Began(entry))
                _open++;
        }
    }

    // What was only decided has no intent further back that would be worth the way.
    private static bool Began(JournalEntry outcome) =>
        outcome.Verdict is not (RemediationVerdict.Declined or RemediationVerdict.Observed or RemediationVerdict.NothingToDo);
}
