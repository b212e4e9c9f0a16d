using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace NicHangExporter.Bench;

/// <summary>
/// Frames over all veth devices in both directions, so that the counters of a device have moved at each scrape, as on a
/// host that works. An exporter that copies what has not changed would otherwise be measured without its work.
/// </summary>
internal sealed partial class Traffic : IDisposable
{
    private const int NewNetwork = 0x40000000; // CLONE_NEWNET (include/uapi/linux/sched.h)

    // A broadcast of IPv4 without a valid header, which the receiver's IP drops. A frame of an unknown protocol would
    // move rx_dropped of the device, which a healthy device does not do.
    private static readonly byte[] Frame = [.. Enumerable.Repeat((byte)0xFF, 12), 0x08, 0x00, .. new byte[46]];

    private readonly Socket _near;
    private readonly Socket _far;
    private readonly List<(SocketAddress Near, SocketAddress Far)> _devices = [];

    public Traffic(Place place)
    {
        _near = Open();
        _far = OpenFar(place.Far);
        for (var i = 0; i < place.Devices; i++)
        {
            var device = string.Create(CultureInfo.InvariantCulture, $"/sys/class/net/veth{i}");
            _devices.Add((AddressOf(Path.Combine(device, "ifindex")), AddressOf(Path.Combine(device, "iflink"))));
        }
    }

    /// <summary>Sends one frame over each device in each direction.</summary>
    public void Send()
    {
        foreach (var (near, far) in _devices)
        {
            _near.SendTo(Frame, SocketFlags.None, near);
            _far.SendTo(Frame, SocketFlags.None, far);
        }
    }

    /// <summary>Sends until the task ends.</summary>
    public async Task SendUntilAsync(Task end, TimeSpan pause)
    {
        while (!end.IsCompleted)
        {
            Send();
            await Task.WhenAny(end, Task.Delay(pause));
        }
        await end;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _near.Dispose();
        _far.Dispose();
    }

    // Protocol 0: it receives nothing.
    private static Socket Open() => new(AddressFamily.Packet, SocketType.Raw, 0);

    // A socket stays in the namespace in which it was made. The thread that has changed to it ends.
    private static Socket OpenFar(string path)
    {
        var opened = new TaskCompletionSource<Socket>();
        new Thread(() =>
        {
            using var file = File.OpenHandle(path);
            if (Enter(file, NewNetwork) == 0)
                opened.SetResult(Open());
            else
                opened.SetException(
                    new InvalidOperationException($"setns to {path}: errno {Marshal.GetLastPInvokeError()}"));
        }).Start();
        return opened.Task.GetAwaiter().GetResult();
    }

    /// <summary><c>struct sockaddr_ll</c> (include/uapi/linux/if_packet.h) with the index in the file.</summary>
    private static SocketAddress AddressOf(string index)
    {
        var address = new SocketAddress(AddressFamily.Packet, 20);
        BinaryPrimitives.WriteInt32LittleEndian(
            address.Buffer.Span[4..], int.Parse(File.ReadAllText(index), CultureInfo.InvariantCulture));
        return address;
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int Enter(SafeHandle file, int kind);
}
