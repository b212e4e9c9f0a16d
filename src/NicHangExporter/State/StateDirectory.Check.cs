using System.ComponentModel;
using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.Remediation;

namespace NicHangExporter.State;

// Checks a directory without taking it.
internal sealed partial class StateDirectory
{
    /// <summary>
    /// What is wrong with a directory, in one line that names it; null if it can be used or made. Changes nothing. Does
    /// not tell whether another process holds the directory: that one may have ended by the time it matters.
    /// </summary>
    public static string? FaultOf(string path) => FaultOf(path, FileStatus.EffectiveUser);

    /// <summary>
    /// As <see cref="FaultOf(string)"/>, for a daemon of that user. Root checks on its behalf, before the daemon starts.
    /// </summary>
    public static string? FaultOf(string path, uint user)
    {
        if (PlaceFaultOf(path, user, out var isMissing) is { } wrongPlace)
            return wrongPlace;
        var errno = PathAccess.OfDirectory(isMissing ? ParentOf(path) : path);
        if (errno != Errno.None)
            return $"{path} can't be {(isMissing ? "made" : "written")}: {Describe(errno)}";
        foreach (var file in isMissing ? [] : new[] { LockFile(path), System.IO.Path.Combine(path, "journal.jsonl") })
            if (FileStatus.TryReadUnfollowed(file, out var status) == Errno.None)
            {
                // A journal that is no regular file is no fault: the start renames it as damaged.
                if (status.Kind != FileKind.Regular && file == LockFile(path))
                    return new FileKindException(file, status.Kind).Message;
                if (status.Kind == FileKind.Regular && PathAccess.OfFile(file) is var access and not Errno.None)
                    return $"{file} can't be written: {Describe(access)}";
            }
        return null;
    }

    /// <summary>Adds an error if remediation may change a device and its journal has no usable directory.</summary>
    public static void Check(ExporterOptions options, List<string> errors)
    {
        if (options.Paths.StateDirectory is { } path
            && options.Remediation.Mode(RemediationTrigger.Drift) == RemediationMode.Enforce
            && FaultOf(path) is { } fault)
            errors.Add(Refusal(fault));
    }

    /// <summary>Why the program does not start with a directory that can't be used.</summary>
    public static string Refusal(string fault) =>
        $"state.directory, which remediation in mode enforce needs for its journal: {fault}";

    // The kernel's own file systems pass every check of permissions, but store no files.
    private static string? PlaceFaultOf(string path, uint user, out bool isMissing)
    {
        if (StateDirectorySafety.FaultOf(path, user, out isMissing) is { } fault)
            return fault;
        if (KernelFileSystem.NameOf(isMissing ? ParentOf(path) : path) is not { } kind)
            return null;
        return $"{path} is on {kind}, which holds no files: "
            + "take a directory on a disk, as in /var/lib/nic-hang-exporter";
    }

    private static string Describe(Errno errno) => new Win32Exception((int)errno).Message;
}
