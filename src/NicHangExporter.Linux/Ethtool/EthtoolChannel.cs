using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NicHangExporter.Linux.Uapi;

namespace NicHangExporter.Linux.Ethtool;

/// <summary>
/// Sends single ethtool commands: each is a structure of the kernel header that starts with the number of the command.
/// </summary>
internal sealed class EthtoolChannel(IoctlSocket socket) : IDisposable
{
    /// <summary>Runs a command whose answer has a fixed size.</summary>
    /// <returns>The answer; null if the driver does not implement the command.</returns>
    public T? Read<T>(InterfaceName device, EthtoolCommand command)
        where T : unmanaged
    {
        var answer = default(T);
        return Send(device, command, MemoryMarshal.AsBytes(new Span<T>(ref answer))) is null ? null : answer;
    }

    /// <summary>Runs a command that changes something.</summary>
    /// <returns>False if the driver does not implement the command.</returns>
    public bool Write<T>(InterfaceName device, EthtoolCommand command, T argument)
        where T : unmanaged => Send(device, command, MemoryMarshal.AsBytes(new Span<T>(ref argument))) is not null;

    /// <summary>
    /// Runs a command on a payload of any size. Writes the number of the command into its first word.
    /// </summary>
    /// <returns>The result of the ioctl; null if the driver does not implement the command.</returns>
    /// <exception cref="LinuxException">The kernel or the driver refused for another reason.</exception>
    public int? Send(InterfaceName device, EthtoolCommand command, Span<byte> payload)
    {
        MemoryMarshal.Write(payload, command.Number);
        var request = IfReq.For(device);
        var result = socket.Call(Sockios.Ethtool, ref request, payload, out var errno);
        return errno switch
        {
            Errno.None => result,
            Errno.NotSupported or Errno.NotSupportedInternally => null,
            _ => throw Failure(device, command, errno),
        };
    }

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();

    /// <summary>Checks a count that the kernel returned before it sizes a buffer.</summary>
    /// <exception cref="LinuxException"><see cref="Errno.Overflow"/>: the count exceeds the maximum.</exception>
    public static int Check(InterfaceName device, EthtoolCommand command, uint count, int maximum) =>
        count <= maximum ? (int)count : throw Failure(device, command, Errno.Overflow);

    /// <summary>
    /// The items to have room for. Older kernels ignore the given count and write all items. The margin covers queues
    /// that are added after the count was read.
    /// </summary>
    public static int WithMargin(int count) => 2 * count + 256;

    /// <summary>The exception for a command that failed.</summary>
    public static LinuxException Failure(InterfaceName device, EthtoolCommand command, Errno errno) =>
        new($"SIOCETHTOOL {command.Name}", device.ToString(), errno);

    /// <summary>The fixed structure at the start of a payload.</summary>
    public static ref T As<T>(Span<byte> payload)
        where T : struct => ref MemoryMarshal.AsRef<T>(payload);

    /// <summary>The items that follow the fixed structure.</summary>
    public static Span<TItem> Tail<THeader, TItem>(Span<byte> payload)
        where THeader : struct
        where TItem : struct => MemoryMarshal.Cast<byte, TItem>(payload[Unsafe.SizeOf<THeader>()..]);
}
