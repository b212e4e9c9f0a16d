namespace NicHangExporter.Linux.Ethtool;

/// <summary>A fixed-width text field of a kernel structure, such as <c>char[ETH_GSTRING_LEN]</c>.</summary>
internal static class KernelString
{
    /// <summary>
    /// The text before the first NUL, or the whole field if it has none. Bytes after the NUL are leftovers (veth writes
    /// its version over the kernel's release). Bytes that are not text are escaped as by <see cref="KernelText"/>.
    /// </summary>
    public static string Read(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return KernelText.Escape(end < 0 ? field : field[..end]);
    }
}
