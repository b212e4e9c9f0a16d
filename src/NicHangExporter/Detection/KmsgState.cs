namespace NicHangExporter.Detection;

/// <summary>Whether the kernel log is being read, and if not, why.</summary>
internal enum KmsgState
{
    /// <summary>It is being read from the device.</summary>
    Reading,
    /// <summary>It is being read by syslog(2), since the device can't be opened.</summary>
    ReadingSyslog,
    /// <summary>CAP_SYSLOG is missing (EPERM), or the file's mode forbids it (EACCES).</summary>
    PermissionDenied,
    /// <summary>There is no such file, or no such device behind it.</summary>
    Missing,
    /// <summary>It could not be opened or read for another reason.</summary>
    Failed,
    /// <summary>It was switched off (<c>--no-collector.kmsg</c>).</summary>
    Disabled,
}
