using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace NicHangExporter.Linux.Kmsg;

/// <summary>
/// The searches in the bytes of records, 16 bytes at a time. The searches of the framework would need one pass for each
/// of several bytes, or twice the time for a set of bytes.
/// </summary>
internal static class RecordScan
{
    /// <summary>The first newline, backslash or byte outside ASCII; -1 if there is no such byte.</summary>
    internal static int IndexOfStop(ReadOnlySpan<byte> bytes)
    {
        var last = bytes.Length - Vector128<byte>.Count;
        ref var first = ref MemoryMarshal.GetReference(bytes);
        for (var at = 0; at <= last; at += Vector128<byte>.Count)
        {
            var block = Vector128.LoadUnsafe(ref first, (nuint)at);
            // The top bit of a byte tells both that a comparison is true and that the byte is not ASCII.
            var stops = (block | Vector128.Equals(block, Vector128.Create((byte)'\n'))
                | Vector128.Equals(block, Vector128.Create((byte)'\\'))).ExtractMostSignificantBits();
            if (stops != 0)
                return at + BitOperations.TrailingZeroCount(stops);
        }
        for (var at = bytes.Length & -Vector128<byte>.Count; at < bytes.Length; at++)
            if (bytes[at] is (byte)'\n' or (byte)'\\' or >= 0x80)
                return at;
        return -1;
    }

    /// <summary>
    /// The first newline that is not followed by a blank, and thus ends a record; -1 if there is no such newline, or if
    /// the byte after it is missing.
    /// </summary>
    internal static int IndexOfEnd(ReadOnlySpan<byte> bytes)
    {
        // The last byte has none after it.
        var places = Math.Max(bytes.Length - 1, 0);
        var last = places - Vector128<byte>.Count;
        ref var first = ref MemoryMarshal.GetReference(bytes);
        for (var at = 0; at <= last; at += Vector128<byte>.Count)
        {
            var newlines = Vector128.Equals(
                Vector128.LoadUnsafe(ref first, (nuint)at), Vector128.Create((byte)'\n'));
            var blanks = Vector128.Equals(
                Vector128.LoadUnsafe(ref first, (nuint)at + 1), Vector128.Create((byte)' '));
            var ends = Vector128.AndNot(newlines, blanks).ExtractMostSignificantBits();
            if (ends != 0)
                return at + BitOperations.TrailingZeroCount(ends);
        }
        for (var at = places & -Vector128<byte>.Count; at < places; at++)
            if (bytes[at] == '\n' && bytes[at + 1] != ' ')
                return at;
        return -1;
    }
}
