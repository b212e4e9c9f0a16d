using System.Buffers.Binary;
using System.Text;

namespace NicHangExporter.Vm.Machine;

/// <summary>
/// The frames that left eno1, from the file into which QEMU writes them: what the host really received.
/// </summary>
internal sealed class FramesSent(string path)
{
    private const int FileHeader = 24;
    private const int RecordHeader = 16;
    private const int MagicAt = 14;
    private static readonly byte[] Magic = Encoding.ASCII.GetBytes("nichang\0");

    /// <summary>
    /// When each frame left, on the guest's own clock (CLOCK_MONOTONIC). A frame of <c>nic-fault mark</c> carries the
    /// reading of that clock and relates the two clocks. The file must contain one.
    /// </summary>
    public IReadOnlyList<TimeSpan> Times()
    {
        var times = new List<TimeSpan>();
        TimeSpan? ahead = null;
        var file = Read();
        for (var at = FileHeader; at + RecordHeader <= file.Length;)
        {
            var record = file.AsSpan(at);
            var stamp = TimeSpan.FromSeconds(BinaryPrimitives.ReadUInt32LittleEndian(record))
                + TimeSpan.FromMicroseconds(BinaryPrimitives.ReadUInt32LittleEndian(record[4..]));
            var length = BinaryPrimitives.ReadInt32LittleEndian(record[8..]);
            // QEMU has not completed this frame yet.
            if (record.Length < RecordHeader + length)
                break;
            var frame = record.Slice(RecordHeader, length);
            times.Add(stamp);
            if (length >= MagicAt + Magic.Length + sizeof(long)
                && frame.Slice(MagicAt, Magic.Length).SequenceEqual(Magic))
                ahead = stamp - TimeSpan.FromMicroseconds(
                    BinaryPrimitives.ReadInt64LittleEndian(frame[(MagicAt + Magic.Length)..]) / 1000.0);
            at += RecordHeader + length;
        }
        return ahead is { } offset ? times.ConvertAll(time => time - offset)
            : throw new InvalidOperationException("no frame of nic-fault mark has left eno1");
    }

    private byte[] Read()
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
