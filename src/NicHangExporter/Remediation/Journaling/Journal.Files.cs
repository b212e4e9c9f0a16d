using NicHangExporter.Linux;

namespace NicHangExporter.Remediation.Journaling;

/// <content>The files: every step leaves either the old one or the new one to be found.</content>
internal sealed partial class Journal
{
    private void AddLine(JournalLine line)
    {
        _file!.Position = _length;
        _file.Write(line.Bytes);
        _files.Sync(_file, _path);
        Acknowledge(_waiting.Dequeue());
    }

    // Somebody may have removed the file, or cut it as log rotation does: then lines would go where nobody finds them.
    private bool IsInPlace() => _file is not null && _file.Length == _length && _files.Length(_path) == _length;

    // False where the file has lost what was on the disk already: a new one is begun from what is in memory.
    private bool Reopen()
    {
        Close();
        if (_files.Read(_path) is not { } content)
        {
            _predecessor = Predecessor.None;
            return false;
        }
        if (content.Length < _length || JournalFileScan.Of(content.AsSpan(0, (int)_length)) is not { Fault: null, Torn: 0, Last: { } last } || last.Seq != _last!.Seq)
        {
            Distrust("somebody else has changed it");
            return false;
        }
        _file = _files.Open(_path, FileMode.Open);
        // What is there beyond may be half a line, or a whole one that only seems to be on the disk: it is written again.
        if (_file.Length > _length)
            _file.SetLength(_length);
        if (_unproven is { } start)
        {
            // Whoever wrote the last line, or gave the file its name, may have ended with a sync that failed: what was dropped then can be read, but is not on
            // the disk, and nothing would ever put it there. Written over itself it is.
            _file.Position = start;
            _file.Write(content.AsSpan(start, (int)_length - start));
            _files.Sync(_file, _path);
            _files.SyncDirectory(directory.Path!);
            _unproven = null;
        }
        return true;
    }

    private void BeginFile(JournalLine opening)
    {
        Close();
        var unnamed = JournalReader.Unnamed(_path);
        if (_unnamed is null || !_files.Exists(unnamed))
        {
            _file = _files.Open(unnamed, FileMode.Create);
            _file.Write(opening.Bytes);
            foreach (var line in _waiting)
                _file.Write(line.Bytes);
            _files.Sync(_file, unnamed);
            // The old file loses its name only when the new one can be found without it.
            _files.SyncDirectory(directory.Path!);
            MoveAway();
            _unnamed = _waiting.Count;
        }
        var written = _unnamed.Value;
        _files.Move(unnamed, _path);
        // A checkpoint may stand for decisions that were never lines of their own.
        _isMarkDue = true;
        // Where this sync fails, the file may lose its name again: it is written anew, and takes its own place.
        _unnamed = null;
        _files.SyncDirectory(directory.Path!);

        (_last, _state, _length, _checkpointLength) = (opening.Entry, opening.Entry.State!, opening.Bytes.Length, opening.Bytes.Length);
        for (; written > 0; written--)
            Acknowledge(_waiting.Dequeue());
        (_opening, _predecessor) = (null, Predecessor.Current);
    }

    private void MoveAway()
    {
        if (_files.Exists(_path) && _predecessor == Predecessor.Damaged)
            _files.Move(_path, FreeAside());
        else if (_files.Exists(_path) && _predecessor == Predecessor.Current)
        {
            var free = 1;
            while (free < JournalReader.OlderFiles && _files.Exists(JournalReader.Older(_path, free)))
                free++;
            for (; free > 1; free--)
                _files.Move(JournalReader.Older(_path, free - 1), JournalReader.Older(_path, free));
            _files.Move(_path, JournalReader.Older(_path, 1));
        }
        _predecessor = Predecessor.None;
    }

    private string FreeAside()
    {
        var number = 1;
        while (_files.Exists(JournalReader.Aside(_path, number)))
            number++;
        return JournalReader.Aside(_path, number);
    }

    private void Acknowledge(JournalLine line)
    {
        _length += line.Bytes.Length;
        _last = line.Entry;
        _state = _state.After(line.Entry);
        _isMarkDue |= DecisionMark.IsDecision(line.Entry);
    }

    private static JournalEntry Checkpoint(JournalEntry last, RemediationState state) => new(JournalEvent.Checkpoint)
    {
        Seq = last.Seq,
        Time = last.Time,
        Boot = last.Boot,
        Uptime = last.Uptime,
        Age = last.Age,
        State = state,
    };

    private void Succeed()
    {
        _isWritable = true;
        if (_complaint is null)
            return;
        LogRecovered(_path, _summed);
        (_complaint, _summed) = (null, 0);
    }

    private void Fail(Exception exception)
    {
        Close();
        _isWritable = false;
        Interlocked.Increment(ref _writeFailures);
        var reason = $"{(LinuxException.IsPermission(exception) ? "it is not for this user: " : "")}{exception.Message.Split('\n')[0]}";
        if (reason == _complaint || !_complaints.IsDue(1, out _))
            return;
        LogUnavailable(_path, reason);
        _complaint = reason;
    }

    private void Close()
    {
        _file?.Dispose();
        _file = null;
    }
}
