using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace NicHangExporter.Linux.Kmsg;

/// <summary>The search of <see cref="KmsgRecord"/>. SearchValues takes twice the time for these bytes.</summary>
internal static class RecordScan
{
    /// <summary>The first newline, backslash or byte outside ASCII; -1 if there is no such byte.</summary>
    internal static int IndexOfStop(ReadOnlySpan<byte> bytes)
    {
        var last = bytes.Length - Vector128<byte>.Count;
        if (last < 0)
            return IndexOfStopShort(bytes);
        ref var first = ref MemoryMarshal.GetReference(bytes);
        for (var at = 0; ; at = Math.Min(at + Vector128<byte>.Count, last))
        {
            var block = Vector128.LoadUnsafe(ref first, (nuint)at);
            // The top bit of a byte tells both that a comparison is true and that the byte is not ASCII.
            var stops = (block | Vector128.Equals(block, Vector128.Create((byte)'\n'))
                | Vector128.Equals(block, Vector128.Create((byte)'\\'))).ExtractMostSignificantBits();
            if (stops != 0)
                return at + BitOperations.TrailingZeroCount(stops);
            if (at == last)
                return -1;
        }
    }

    private static int IndexOfStopShort(ReadOnlySpan<byte> bytes)
    {
        for (var at = 0; at < bytes.Length; at++)
            if (bytes[at] is (byte)'\n' or (byte)'\\' or >= 0x80)
                return at;
        return -1;
    }
}
