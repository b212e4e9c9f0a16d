using NicHangExporter.Linux;

namespace NicHangExporter.Detection.Patterns;

/// <summary>How complete a message must be.</summary>
internal enum DetectionMode
{
    /// <summary>A record that the kernel delivered. The device must be named as the kernel names it.</summary>
    Kernel,
    /// <summary>
    /// Text that people have passed on. Parts of the prefix may be missing if the message is distinctive.
    /// </summary>
    Pasted,
    /// <summary>
    /// Pasted text whose end may be cut off. The text must be the start of a message, beyond its first words.
    /// </summary>
    Cut,
    /// <summary>
    /// Pasted text that may be only the first letters of a message, after a prefix that names the driver. It does not
    /// count.
    /// </summary>
    Begun,
}
