using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NicHangExporter.Linux.Uapi;

namespace NicHangExporter.Linux.Ethtool;

/// <summary>Reads string sets. Equal sets are the same object.</summary>
internal sealed class StringSets(EthtoolChannel channel)
{
    private readonly DecodedAnswers<string[]> _sets = new(Decode);

    /// <summary>The strings of a set; null if the driver does not have it.</summary>
    /// <exception cref="LinuxException"><see cref="Errno.Again"/>: their number changes all the time.</exception>
    public string[]? Read(InterfaceName device, StringSet stringSet)
    {
        for (var attempt = 0; attempt < EthtoolSocket.MaxAttempts; attempt++)
        {
            if (Count(device, stringSet) is not { } count)
                return null;
            // A count of 0 is never sent: the kernel takes it for "any number".
            if (count == 0)
                return [];
            if (TryRead(device, stringSet, count, out var strings))
                return strings;
        }
        throw EthtoolChannel.Failure(device, EthtoolCommand.GetStrings, Errno.Again);
    }

    /// <summary>
    /// The number of strings. Null if the driver has no such set: the call succeeds, but the bit of the set is cleared.
    /// </summary>
    public int? Count(InterfaceName device, StringSet stringSet)
    {
        Span<byte> payload = stackalloc byte[Unsafe.SizeOf<EthtoolSsetInfo>() + sizeof(uint)];
        payload.Clear();
        ref var header = ref EthtoolChannel.As<EthtoolSsetInfo>(payload);
        header.Mask = 1ul << (int)stringSet;
        if (channel.Send(device, EthtoolCommand.GetStringSetInfo, payload) is null || header.Mask == 0)
            return null;
        return EthtoolChannel.Check(
            device, EthtoolCommand.GetStringSetInfo, EthtoolChannel.Tail<EthtoolSsetInfo, uint>(payload)[0],
            EthtoolSocket.MaxStrings);
    }

    // False if the number of strings has changed in between.
    private bool TryRead(InterfaceName device, StringSet stringSet, int count, out string[]? strings)
    {
        strings = null;
        var length = Unsafe.SizeOf<EthtoolGStrings>()
            + EthtoolChannel.WithMargin(count) * Unsafe.SizeOf<EthtoolString>();
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            var payload = buffer.AsSpan(0, length);
            payload.Clear();
            ref var header = ref EthtoolChannel.As<EthtoolGStrings>(payload);
            header.StringSet = (uint)stringSet;
            header.Count = (uint)count;
            if (channel.Send(device, EthtoolCommand.GetStrings, payload) is null)
                return true;
            if (header.Count != count)
                return false;
            var fields = EthtoolChannel.Tail<EthtoolGStrings, EthtoolString>(payload)[..count];
            strings = _sets.Of(MemoryMarshal.AsBytes(fields));
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static string[] Decode(ReadOnlySpan<byte> raw)
    {
        var strings = new string[raw.Length / EthtoolString.Length];
        for (var i = 0; i < strings.Length; i++)
            strings[i] = KernelString.Read(raw.Slice(i * EthtoolString.Length, EthtoolString.Length));
        return strings;
    }
}
