namespace NicHangExporter.Linux.Ethtool;

/// <summary>A fixed-width text field of a kernel structure, such as <c>char[ETH_GSTRING_LEN]</c>.</summary>
internal static class KernelString
{
    /// <summary>
    /// The text before the first NUL, or of the whole field where there is none. What follows the NUL is left over from something
    /// longer (veth writes its version over the kernel's release). Bytes that are no text are escaped as <see cref="KernelText"/> does.
    /// </summary>
    public static string Read(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return KernelText.Escape(end < 0 ? field : field[..end]);
    }
}
