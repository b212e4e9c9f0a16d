namespace NicHangExporter.Detection.Patterns;

/// <summary>How much of a message must be there.</summary>
internal enum DetectionMode
{
    /// <summary>A record that the kernel itself delivered: the device must be named as the kernel names it.</summary>
    Kernel,
    /// <summary>Text that people have passed on: parts of the prefix may have been cut off, if the message is distinctive.</summary>
    Pasted,
    /// <summary>Pasted text whose end may be cut off: what is there must be the start of a message, behind its first words.</summary>
    Cut,
    /// <summary>
    /// Pasted text that may be only the first letters of a message, behind a prefix that names the driver. It does not count.
    /// </summary>
    Begun,
}
