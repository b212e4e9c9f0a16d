namespace NicHangExporter.Linux.Ethtool;

/// <summary>A fixed-width text field of a kernel structure, such as <c>char[ETH_GSTRING_LEN]</c>.</summary>
internal static class KernelString
{
    /// <summary>
    /// The text before the first NUL, or the whole field if it has none. A driver may write a shorter text over a
    /// longer one (veth writes its version over the kernel's release); the rest of the longer one then follows the NUL.
    /// Bytes that are not text are escaped as by <see cref="KernelText"/>.
    /// </summary>
    public static string Read(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return KernelText.Escape(end < 0 ? field : field[..end]);
    }
}
