using NicHangExporter.Persistence;

namespace NicHangExporter.Setup;

/// <summary>
/// Carries out a plan: first the record for the undo, then the configuration, the service and the persisted profile.
/// </summary>
/// <param name="places">Where the files are.</param>
/// <param name="unit">The service.</param>
/// <param name="root">The host.</param>
/// <param name="persist">Persists a profile.</param>
/// <param name="say">Writes a line about the progress.</param>
internal sealed class SetupApplier(
    SetupPlaces places, ServiceUnit unit, HostRoot root, PersistProfile persist, Action<string> say)
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
        if (plan.ChangesFile || plan.StartsUnit || plan.Choice.Persist)
            WriteFiles(plan);
        var changed = plan.ChangesFile;
        if (plan.StartsUnit)
        {
            unit.Enable();
            say($"done: enabled and started {ServiceUnit.Name}");
            changed = true;
        }
        // A start does nothing to a service that runs.
        if (plan.RestartsUnit)
        {
            unit.Restart();
            say($"done: restarted {ServiceUnit.Name}");
        }
        // Last: the device is protected even if a foreign file is in the way.
        return Persist(plan) || changed;
    }

    private void WriteFiles(SetupPlan plan)
    {
        var old = SetupRecord.Read(places.Record, places.Shown(places.Record));
        var madeFolder = !Directory.Exists(places.Folder);
        try
        {
            if (madeFolder)
                Directory.CreateDirectory(places.Folder, FolderMode);
            Record(plan, old, madeFolder).Write(places.Record);
            if (plan.ChangesFile)
            {
                plan.File.Replace(plan.Next.Bytes);
                say($"done: wrote {plan.File.Name}");
            }
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
            Persisted = [.. (old?.Persisted ?? []).Union(plan.Choice.Persist ? NotYetPersisted(plan.Choice) : [])],
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

    private IEnumerable<string> NotYetPersisted(SetupChoice choice)
    {
        var persisted = PersistenceScan.Read(root).Select(file => file.Bus.ToString()).ToHashSet();
        return choice.Addresses.Where(address => !persisted.Contains(address));
    }

    private bool Persist(SetupPlan plan)
    {
        var changed = false;
        foreach (var file in plan.NewFiles)
        {
            var written = persist(plan.Options, file.Device, plan.Choice.Profile!, dryRun: false);
            say($"done: wrote {written.Path}");
            written.Remarks.ToList().ForEach(say);
            changed |= written.Changed;
        }
        return changed;
    }
}
