using NicHangExporter.Linux;
using NicHangExporter.Persistence;

namespace NicHangExporter.Setup;

/// <summary>
/// Takes back what setup did: the configuration, the state of the service, the persistence files. A file that a person
/// has edited since loses the keys of setup only.
/// </summary>
/// <param name="places">Where the files are.</param>
/// <param name="units">The service and the socket.</param>
/// <param name="root">The host.</param>
/// <param name="isDryRun">Say what would be done, and change nothing.</param>
/// <param name="say">Writes a line.</param>
internal sealed class SetupUndo(
    SetupPlaces places, ExporterUnits units, HostRoot root, bool isDryRun, Action<string> say)
{
    /// <summary>Undoes everything.</summary>
    /// <returns>False if there was nothing to undo.</returns>
    /// <exception cref="SetupException">A step failed. The record remains, so that it can be tried again.</exception>
    public bool Undo()
    {
        if (SetupRecord.Read(places.Record, places.Shown(places.Record)) is not { } record)
        {
            say($"nothing to undo: setup has changed nothing here (no {places.Shown(places.Record)})");
            return false;
        }
        try
        {
            UndoFile(record);
            // The daemon writes persistence files as long as its configuration says so.
            if (record.WasEnabled is { } wasEnabled)
                UndoService(new RecordedUnit(wasEnabled, record.WasActive));
            if (record.Socket is { } socket)
                UndoUnit(units.Socket, ServiceUnit.SocketName, socket);
            RemovePersisted(record);
            foreach (var replaced in record.Replaced ?? [])
                Restore(replaced);
            Do($"remove {places.Shown(places.Record)}", () => File.Delete(places.Record));
            if (record.MadeFolder && (isDryRun || !Directory.EnumerateFileSystemEntries(places.Folder).Any()))
                Do($"remove {places.Shown(places.Folder)}", () => Directory.Delete(places.Folder));
            if (record.Keys.Any(key => key.Name == "remediation.local" && key.Values.Contains("enforce")))
                say("Offloads that are off now stay off until the next boot. nic-hang-exporter rollback DEVICE turns "
                    + "them on.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"not everything was undone: {exception.Message.Split('\n')[0]}", exception);
        }
        return true;
    }

    private void UndoFile(SetupRecord record)
    {
        var name = places.Shown(record.Configuration);
        var bytes = RegularFile.Read(record.Configuration, int.MaxValue);
        if (record.IsAsBefore(bytes) || bytes is null)
        {
            say($"{name} is as it was before setup, or does not exist any more");
            return;
        }
        var file = ConfigurationFileState.Read(record.Configuration, name);
        if (record.IsAsWritten(bytes) && record.MadeFile)
            Do($"remove {file.Name}, which setup made", () => File.Delete(file.Path));
        else if (record.IsAsWritten(bytes) && record.ReadOriginal() is { } original)
            Do($"restore {file.Name} to the byte", () => file.Replace(original));
        else
            UndoKeys(record, file);
    }

    private void UndoKeys(SetupRecord record, ConfigurationFileState file)
    {
        var values = file.Text.Values;
        var mine = record.Keys.Where(key =>
            key.Values.SequenceEqual(values.GetValueOrDefault(key.Name, []))).ToList();
        foreach (var key in record.Keys.Except(mine))
            say($"{file.Name}: {key.Name} was changed since and stays");
        if (mine.Count == 0)
            return;
        if (file.Text.With([.. mine.Select(key => key.ToUndo())]) is not { } next)
            throw new SetupException($"{file.Name} was edited since and can't be edited safely: take these keys out of "
                + "it or give them their values from before, then repeat setup --undo")
            { Details = [.. mine.Select(key => key.Before is null ? key.Name : key.ToUndo().Line)] };
        foreach (var key in mine)
            say(key.Before is null ? $"{file.Name}: {key.Name} {(isDryRun ? "would be " : "")}removed"
                : $"{file.Name}: {key.ToUndo().Line}{(isDryRun ? " would be restored" : " restored")}");
        if (!isDryRun)
            file.Replace(next.Bytes);
    }

    private void UndoService(RecordedUnit before)
    {
        var now = UndoUnit(units.Service, ServiceUnit.Name, before);
        // Also if the file was restored before: the restart may have failed then.
        if (!before.WasActive || !now.IsInstalled || !now.IsActive)
            return;
        string? late = null;
        Do($"restart {ServiceUnit.Name}", () => late = units.Service.Restart());
        if (late is not null)
            say(late);
    }

    private UnitState UndoUnit(ServiceUnit unit, string name, RecordedUnit before)
    {
        var now = unit.Read();
        if (!now.IsInstalled)
            return now;
        if (before is { WasEnabled: false, WasActive: false } && (now.IsEnabled || now.IsActive))
            Do($"disable and stop {name}", unit.Disable);
        else if (!before.WasEnabled && now.IsEnabled)
            Do($"disable {name}", unit.DisableAtBoot);
        else if (!before.WasActive && now.IsActive)
            Do($"stop {name}", unit.Stop);
        return now;
    }

    private void RemovePersisted(SetupRecord record)
    {
        var files = PersistenceScan.Read(root);
        foreach (var address in record.Persisted)
            if (files.Any(file => file.Bus.ToString() == address) && BusAddress.TryParse(address, out var bus))
            {
                var paths = string.Join(", ", files.Where(file => file.Bus == bus).Select(file => file.Path));
                var notes = new List<string>();
                Do($"remove {paths}", () => notes.AddRange(new PersistenceWriter(root).Remove(bus).Notes));
                notes.ForEach(say);
            }
    }

    private void Restore(ReplacedFiles replaced)
    {
        if (replaced.IsAsBefore(root))
            return;
        var paths = replaced.Files.Select(file => file.Path).ToList();
        if (!replaced.IsAsWritten(root))
        {
            say($"{replaced.Path ?? paths[0]} was changed since and stays");
            return;
        }
        string? note = null;
        Do($"restore {string.Join(", ", paths)}", () =>
        {
            replaced.Restore(root);
            note = paths.Contains(replaced.Path!) ? null : Initramfs.NoteOf(root, replaced.Path!);
        });
        if (note is not null)
            say(note);
    }

    private void Do(string step, Action action)
    {
        if (!isDryRun)
            action();
        say(isDryRun ? $"would {step}" : $"done: {step}");
    }
}
