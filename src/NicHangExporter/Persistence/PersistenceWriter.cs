using System.Collections.Immutable;
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
internal sealed class PersistenceWriter(HostRoot root)
{
    /// <summary>Writes the file of a plan, then removes our files of other ways for the same address.</summary>
    /// <exception cref="PersistenceException"><see cref="PersistenceError.Conflict"/> or
    /// <see cref="PersistenceError.WriteFailed"/>. The old file is unchanged.</exception>
    public PersistenceApplied Apply(PersistencePlan plan) => throw new NotSupportedException(root.Path);

    /// <summary>Removes all our files for an address. The NIC need not exist any more.</summary>
    /// <exception cref="PersistenceException"><see cref="PersistenceError.Conflict"/>: a file is edited, and the others
    /// are removed. <see cref="PersistenceError.WriteFailed"/>.</exception>
    public PersistenceRemoved Remove(BusAddress bus) => throw new NotSupportedException(root.Path);
}
