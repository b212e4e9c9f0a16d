using NicHangExporter.Persistence;

namespace NicHangExporter.Setup;

/// <summary>
/// Carries out a plan: first the record for the undo, then the configuration, the service and the persisted profile.
/// </summary>
/// <param name="places">Where the files are.</param>
/// <param name="units">The service and the socket.</param>
/// <param name="root">The host.</param>
/// <param name="persist">Persists a profile.</param>
/// <param name="say">Writes a line about the progress.</param>
internal sealed class SetupApplier(
    SetupPlaces places, ExporterUnits units, HostRoot root, PersistProfile persist, Action<string> say)
{
    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Carries out the plan.</summary>
    /// <returns>True if anything was changed.</returns>
    /// <exception cref="SetupException">A step failed. The steps before it remain, and can be undone.</exception>
    public bool Apply(SetupPlan plan)
    {
        if (!plan.HasWork)
            return false;
        plan.File.RequireUnedited();
        var record = WriteFiles(plan);
        if (plan.StartsSocket)
            Start(() => units.Socket.Enable(), $"enabled and started {ServiceUnit.SocketName}");
        if (plan.StartsUnit)
            Start(() => units.Service.Enable(), $"enabled and started {ServiceUnit.Name}");
        // A start does nothing to a service that runs.
        if (plan.RestartsUnit)
            Start(() => units.Service.Restart(), $"restarted {ServiceUnit.Name}");
        // Last: the device is protected even if a foreign file is in the way.
        return Persist(plan, record) || plan.ChangesFile || plan.StartsUnit || plan.StartsSocket;
    }

    private void Start(Func<string?> start, string done)
    {
        var late = start();
        say($"done: {done}");
        if (late is not null)
            say(late);
    }

    private SetupRecord WriteFiles(SetupPlan plan)
    {
        var old = SetupRecord.Read(places.Record, places.Shown(places.Record));
        var madeFolder = !Directory.Exists(places.Folder);
        try
        {
            if (madeFolder)
                Directory.CreateDirectory(places.Folder, FolderMode);
            var record = Record(plan, old, madeFolder);
            record.Write(places.Record);
            if (plan.ChangesFile)
            {
                plan.File.Replace(plan.Next.Bytes);
                say($"done: wrote {plan.File.Name}");
            }
            return record;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Restore(old, madeFolder);
            throw new SetupException($"nothing was changed: {exception.Message.Split('\n')[0]}", exception);
        }
    }

    // A record without its configuration would undo nothing, which is harmless, so a second failure does not matter.
    private void Restore(SetupRecord? old, bool madeFolder)
    {
        try
        {
            if (old is not null)
                old.Write(places.Record);
            else
                File.Delete(places.Record);
            if (madeFolder)
                Directory.Delete(places.Folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            say($"{places.Shown(places.Record)} remains: {exception.Message.Split('\n')[0]}");
        }
    }

    private SetupRecord Record(SetupPlan plan, SetupRecord? old, bool madeFolder)
    {
        var file = plan.File;
        // A file that a person restored is a new original.
        var kept = old is not null && !old.IsAsBefore(file.Bytes) ? old : null;
        var touchesUnit = plan.StartsUnit || plan.RestartsUnit;
        var persisted = (old?.Persisted ?? []).Union(NotYetPersisted(plan)).ToList();
        return new SetupRecord
        {
            Configuration = places.Configuration,
            MadeFolder = madeFolder || old?.MadeFolder == true,
            MadeFile = kept?.MadeFile ?? file.Bytes is null,
            Original = kept is null ? Encode(file.Bytes)
                : kept.IsAsWritten(file.Bytes) ? kept.Original
                : Encode(file.Text.With([.. kept.Keys.Select(key => key.ToUndo())])?.Bytes),
            Written = SetupRecord.Checksum(plan.Next.Bytes),
            Keys = [.. Keys(plan, kept)],
            WasEnabled = old?.WasEnabled ?? (touchesUnit ? plan.Unit.IsEnabled : null),
            WasActive = old?.WasEnabled is null ? plan.Unit.IsActive : old.WasActive,
            Persisted = persisted,
            Socket = old?.Socket
                ?? (plan.StartsSocket ? new RecordedUnit(plan.Socket.IsEnabled, plan.Socket.IsActive) : null),
            Replaced = [.. Replaced(plan, old?.Replaced ?? [], persisted)],
        };
    }

    private static string? Encode(byte[]? bytes) => bytes is null ? null : Convert.ToBase64String(bytes);

    private static IEnumerable<RecordedKey> Keys(SetupPlan plan, SetupRecord? kept)
    {
        var before = plan.File.Text.Values;
        var known = (kept?.Keys ?? []).ToDictionary(key => key.Name);
        foreach (var change in plan.Changes)
        {
            yield return new RecordedKey(change.Name, change.Values,
                known.TryGetValue(change.Name, out var key) ? key.Before : before.GetValueOrDefault(change.Name),
                change.IsList);
            known.Remove(change.Name);
        }
        foreach (var key in known.Values)
            yield return key;
    }

    // Also those of an earlier setup that turned it on: the daemon may write files for the new devices.
    private IEnumerable<string> NotYetPersisted(SetupPlan plan)
    {
        if (!plan.Options.Remediation.Persist)
            return [];
        var persisted = PersistenceScan.Read(root).Select(file => file.Bus.ToString()).ToHashSet();
        return plan.Choice.Addresses.Where(address => !persisted.Contains(address));
    }

    private IEnumerable<ReplacedFiles> Replaced(
        SetupPlan plan, IReadOnlyList<ReplacedFiles> old, List<string> persisted)
    {
        var addresses = plan.NewFiles.Select(file => file.Device).Except(persisted).ToList();
        foreach (var files in old)
            if (!addresses.Contains(files.Address) || files.IsAsWritten(root))
            {
                addresses.Remove(files.Address);
                yield return files;
            }
        foreach (var address in addresses)
            if (ReplacedFiles.Read(root, address) is { } files)
                yield return files;
    }

    private bool Persist(SetupPlan plan, SetupRecord record)
    {
        var changed = false;
        foreach (var file in plan.NewFiles)
        {
            var written = persist(plan.Options, file.Device, plan.Choice.Profile!, dryRun: false);
            record = Note(record, file.Device, written.Path);
            say($"done: wrote {written.Path}");
            written.Remarks.ToList().ForEach(say);
            changed |= written.Changed;
        }
        return changed;
    }

    private SetupRecord Note(SetupRecord record, string address, string path)
    {
        if (record.Replaced is not { } replaced || replaced.All(files => files.Address != address))
            return record;
        var next = record with
        {
            Replaced = [.. replaced.Select(files => files.Address == address ? files.After(root, path) : files)],
        };
        next.Write(places.Record);
        return next;
    }
}
