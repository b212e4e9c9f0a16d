using System.ComponentModel;
using NicHangExporter.Linux;
using NicHangExporter.Options;

namespace NicHangExporter.Remediation.Policy;

/// <summary>The state of the file <c>remediation.disable-file</c>.</summary>
/// <param name="IsThere">The file exists.</param>
/// <param name="Error">Why that is unknown; null if it is known.</param>
internal readonly record struct DisableFile(bool IsThere, string? Error = null);

/// <summary>
/// The kill switch file: while it exists, nothing is changed except to undo. It is checked immediately before each
/// change, so creating it is enough.
/// </summary>
internal sealed class KillSwitch(ExporterOptions options)
{
    /// <summary>True if the file exists, or if that is unknown.</summary>
    public bool IsSet => Look() is { IsThere: true } or { Error: not null };

    /// <summary>Reads the status of the file, which may block with its disk. A symbolic link is a file too.</summary>
    public DisableFile Look()
    {
        var errno = FileStatus.TryReadUnfollowed(
            Path.TrimEndingDirectorySeparator(options.Remediation.DisableFile), out _);
        return errno switch
        {
            Errno.None => new DisableFile(true),
            Errno.NoEntry or Errno.NotDirectory => new DisableFile(false),
            Errno.Access or Errno.NotPermitted => new DisableFile(false, "permission denied"),
            _ => new DisableFile(false, new Win32Exception((int)errno).Message),
        };
    }
}
