using System.Collections.Immutable;
using System.Text;
using NicHangExporter.Linux;

namespace NicHangExporter.Persistence;

/// <summary>What <see cref="PersistenceWriter.Apply"/> did.</summary>
/// <param name="Changed">False if the file already had exactly this content and mode.</param>
/// <param name="Removed">Files of another way that were removed afterwards.</param>
/// <param name="Notes">Remarks for the user, such as an edited file of another way that stays.</param>
internal sealed record PersistenceApplied(bool Changed, ImmutableArray<string> Removed, ImmutableArray<string> Notes);

/// <summary>What <see cref="PersistenceWriter.Remove"/> did.</summary>
/// <param name="Removed">The removed files; empty if the host has none for this address.</param>
/// <param name="Notes">Remarks for the user, such as the command that rebuilds the initramfs.</param>
internal sealed record PersistenceRemoved(ImmutableArray<string> Removed, ImmutableArray<string> Notes);

/// <summary>
/// Writes and removes the files. Needs the right to write /etc. Each file is replaced completely or not at all, never
/// through a symbolic link. A file that is foreign or edited is neither overwritten nor removed.
/// </summary>
/// <param name="root">The host.</param>
/// <param name="timeout">How long it waits while another process changes persistence files.</param>
internal sealed class PersistenceWriter(HostRoot root, TimeSpan timeout)
{
    /// <summary>A writer that waits for other processes.</summary>
    public PersistenceWriter(HostRoot root)
        : this(root, WriterLock.Timeout)
    {
    }

    /// <summary>Writes the file of a plan, then removes our files of other ways for the same address.</summary>
    /// <exception cref="PersistenceException"><see cref="PersistenceError.Conflict"/> or
    /// <see cref="PersistenceError.WriteFailed"/>. The old file is unchanged.</exception>
    public PersistenceApplied Apply(PersistencePlan plan)
    {
        using var taken = WriterLock.Take(root, timeout);
        var content = Encoding.UTF8.GetBytes(plan.Content);
        RequireOurPlace(plan);
        var changed = !IsAsPlanned(plan, content);
        var old = root.Read(plan.Path) is { } bytes ? PersistenceText.Parse(bytes) : null;
        if (changed)
            PersistenceFile.Replace(root, plan, content);
        UnfinishedFiles.Remove(root, plan.Nic.Bus);
        var others = PersistenceScan.Read(root).Where(file => file.Bus == plan.Nic.Bus && file.Path != plan.Path);
        var (removed, edited, notes) = Delete(others);
        if (old is not null && old.Settings.Except(plan.Settings).Any()
            && Initramfs.NoteOf(root, plan.Path) is { } note)
            notes = notes.Insert(0, note);
        return new PersistenceApplied(changed, removed, [.. edited, .. notes]);
    }

    /// <summary>Removes all our files for an address. The NIC need not exist any more.</summary>
    /// <exception cref="PersistenceException"><see cref="PersistenceError.Conflict"/>: a file is edited, and the others
    /// are removed. <see cref="PersistenceError.WriteFailed"/>.</exception>
    public PersistenceRemoved Remove(BusAddress bus)
    {
        using var taken = WriterLock.Take(root, timeout);
        var unfinished = UnfinishedFiles.Remove(root, bus);
        var (removed, edited, notes) = Delete(PersistenceScan.Read(root).Where(file => file.Bus == bus));
        return edited.IsEmpty ? new PersistenceRemoved([.. removed, .. unfinished], notes)
            : throw new PersistenceException(PersistenceError.Conflict, string.Join("; ", edited));
    }

    private (ImmutableArray<string> Removed, ImmutableArray<string> Edited, ImmutableArray<string> Notes) Delete(
        IEnumerable<PersistedFile> files)
    {
        var all = files.ToList();
        var ours = all.Where(file => file.State != PersistedState.Edited).ToList();
        foreach (var file in ours)
            PersistenceFile.Delete(root, file.Path);
        return
        (
            [.. ours.Select(file => file.Path)],
            [.. all.Except(ours).Select(file => PersistedFileReader.Edited(file.Path))],
            [.. ours.Select(file => Initramfs.NoteOf(root, file.Path)).OfType<string>().Distinct()]
        );
    }

    private bool IsAsPlanned(PersistencePlan plan, byte[] content) =>
        FileStatus.TryReadUnfollowed(root.Full(plan.Path), out var status) == Errno.None
        && status.Mode == plan.Mode && root.Read(plan.Path) is { } now && now.AsSpan().SequenceEqual(content);

    // Throws unless the file is absent, or ours and unchanged.
    private void RequireOurPlace(PersistencePlan plan)
    {
        PersistenceFile.RequireFolders(root, plan.Path, isLastOptional: plan.CreatesFolder);
        var errno = FileStatus.TryReadUnfollowed(root.Full(plan.Path), out var status);
        if (errno is Errno.NoEntry or Errno.NotDirectory)
            return;
        var text = errno == Errno.None && status.Kind == FileKind.Regular && root.Read(plan.Path) is { } bytes
            ? PersistenceText.Parse(bytes) : null;
        var error = errno == Errno.None && status.Kind != FileKind.Regular
            ? $"{plan.Path} is {status.Kind.Text()}, not a file of this program: move it away"
            : text is null ? $"{plan.Path} exists and is not a file of this program: move it away"
            : text.Bus != plan.Nic.Bus
                ? $"{plan.Path} is the file of {text.Bus}: remove it with 'nic-hang-exporter unpersist {text.Bus}'"
            : text.IsEdited ? PersistedFileReader.Edited(plan.Path)
            : null;
        if (error is not null)
            throw new PersistenceException(PersistenceError.Conflict, error);
    }
}
