namespace NicHangExporter.Detection;

/// <summary>Whether the kernel log is read, and if not, why. The values of the label state.</summary>
internal enum KmsgState
{
    /// <summary>It is read from the device.</summary>
    Reading,
    /// <summary>It is read by syslog(2), because the device can't be opened.</summary>
    ReadingSyslog,
    /// <summary>CAP_SYSLOG is missing (EPERM), or the file's mode forbids it (EACCES).</summary>
    PermissionDenied,
    /// <summary>The file does not exist, or has no device behind it.</summary>
    Missing,
    /// <summary>It could not be opened or read for another reason.</summary>
    Failed,
    /// <summary>It is switched off (<c>--no-collector.kmsg</c>).</summary>
    Disabled,
}
