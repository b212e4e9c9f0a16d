using NicHangExporter.Linux;

namespace NicHangExporter.Remediation.Journaling;

/// <content>The files. After each step either the old file or the new one exists.</content>
internal sealed partial class Journal
{
    private void AddLine(JournalLine line)
    {
        _file!.Position = _length;
        _file.Write(line.Bytes);
        _files.Sync(_file, _path);
        Acknowledge(_waiting.Dequeue());
    }

    // Somebody may have removed the file, or cut it as log rotation does: appended lines would be lost.
    private bool IsInPlace() => _file is not null && _file.Length == _length && _files.Length(_path) == _length;

    // False if the file has lost lines that were on the disk: a new one is begun from the state in memory.
    private bool Reopen()
    {
        Close();
        if (_files.Read(_path) is not { } content)
        {
            _predecessor = Predecessor.None;
            return false;
        }
        if (content.Length < _length
            || JournalFileScan.Of(content.AsSpan(0, (int)_length)) is not { Fault: null, Torn: 0, Last: { } last }
            || last.Seq != _last!.Seq)
        {
            Distrust("somebody else has changed it");
            return false;
        }
        _file = _files.Open(_path, FileMode.Open);
        // The rest may be half a line, or a whole one that is not on the disk: it is written again.
        if (_file.Length > _length)
            _file.SetLength(_length);
        if (_unproven is { } start)
        {
            // The sync of the last line or of the name may have failed in an earlier process. The kernel then shows
            // data that is not on the disk and never writes it. Overwriting the line with itself puts it there.
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
            // The old file loses its name only when the name of the new one is on the disk.
            _files.SyncDirectory(directory.Path!);
            MoveAway();
            _unnamed = _waiting.Count;
        }
        var written = _unnamed.Value;
        _files.Move(unnamed, _path);
        // A checkpoint may include decisions that were never lines.
        _isMarkDue = true;
        // If this sync fails, the file may lose its name: it is then written again.
        _unnamed = null;
        _files.SyncDirectory(directory.Path!);

        (_last, _state) = (opening.Entry, opening.Entry.State!);
        (_length, _checkpointLength) = (opening.Bytes.Length, opening.Bytes.Length);
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
        var prefix = LinuxException.IsPermission(exception) ? "it is not for this user: " : "";
        var reason = prefix + exception.Message.Split('\n')[0];
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
