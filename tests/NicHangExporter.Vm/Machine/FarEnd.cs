using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net.Sockets;

namespace NicHangExporter.Vm.Machine;

/// <summary>
/// The other end of the guest's cables, as a program that can stop reading: a switch that is dead although the link is
/// up. It answers nothing, but counts the frames that it reads.
/// </summary>
internal sealed class FarEnd : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<Socket> _sockets = [];
    private readonly ConcurrentDictionary<string, long> _frames = new();
    private readonly ManualResetEventSlim _reads = new(true);
    private readonly CancellationTokenSource _end = new();

    public FarEnd(params IEnumerable<string> cables)
    {
        foreach (var cable in cables)
        {
            var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            listener.Bind(new UnixDomainSocketEndPoint(_directory.File(cable)));
            listener.Listen();
            _sockets.Add(listener);
            new Thread(() => Read(listener, cable)) { IsBackground = true, Name = $"far end of {cable}" }.Start();
        }
    }

    /// <summary>The argument with which QEMU connects to it.</summary>
    public string Netdev(string cable) =>
        $"stream,id={cable},server=off,addr.type=unix,addr.path={_directory.File(cable)}";

    /// <summary>Frames that arrived over a cable.</summary>
    public long Frames(string cable) => _frames.GetValueOrDefault(cable);

    /// <summary>Stops reading: what the guest sends fills sockets, then its queue.</summary>
    public void Die() => _reads.Reset();

    public void Revive() => _reads.Set();

    public void Dispose()
    {
        _end.Cancel();
        _reads.Set();
        _sockets.ForEach(socket => socket.Dispose());
        _directory.Dispose();
    }

    // A length precedes each frame: four bytes, big endian.
    private void Read(Socket listener, string cable)
    {
        try
        {
            using var stream = new NetworkStream(listener.Accept(), ownsSocket: true);
            var buffer = new byte[1 << 17];
            while (!_end.IsCancellationRequested)
            {
                _reads.Wait(_end.Token);
                stream.ReadExactly(buffer, 0, sizeof(int));
                stream.ReadExactly(buffer, 0, BinaryPrimitives.ReadInt32BigEndian(buffer));
                _frames.AddOrUpdate(cable, 1, (_, count) => count + 1);
            }
        }
        catch (Exception error) when (
            error is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The guest or the test has ended.
        }
    }
}
