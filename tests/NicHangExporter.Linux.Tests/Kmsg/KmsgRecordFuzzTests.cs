using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using NicHangExporter.Linux.Kmsg;

namespace NicHangExporter.Linux.Tests.Kmsg;

public class KmsgRecordFuzzTests
{
    private const int Rounds = 1_000_000;

    [Fact]
    public void TryParse_AMillionMutatedRecords_NeverThrowsAndStaysInside()
    {
        var records = Recordings.All();
        var random = new Random(1107);
        var buffer = new byte[8192];
        var accepted = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var length = Mutate(records[random.Next(records.Count)], buffer, random);
            // Exactly as long as the record, so that reading beyond it throws.
            var bytes = buffer.AsSpan(0, length);
            if (!KmsgRecord.TryParse(bytes, out var record))
                continue;
            accepted++;
            Assert.InRange(record.Priority, 0, KmsgRecord.MaxPriority);
            Assert.True(record.SinceBoot >= TimeSpan.Zero);
            AssertInside(bytes, record.Text);
            AssertInside(bytes, record.Value("DEVICE"u8));
            AssertInside(bytes, record.Value("SUBSYSTEM"u8));
            AssertInside(bytes, record.Value(default));
            Assert.False(record.Text.Contains((byte)'\n'));
        }
        // Both answers are exercised.
        Assert.InRange(accepted, Rounds / 10, Rounds * 9 / 10);
    }

    [Fact]
    public void TryParse_MutatedRecords_AgreesWithTheNaiveReading()
    {
        var records = Recordings.All();
        var random = new Random(1108);
        var buffer = new byte[8192];
        for (var round = 0; round < Rounds / 10; round++)
        {
            var bytes = buffer.AsSpan(0, Mutate(records[random.Next(records.Count)], buffer, random));
            var expected = NaiveRecord.Parse(bytes);
            Assert.Equal(expected is not null, KmsgRecord.TryParse(bytes, out var record));
            if (expected is null)
                continue;
            Assert.Equal(expected.Priority, record.Priority);
            Assert.Equal(expected.Sequence, record.Sequence);
            Assert.Equal(expected.SinceBoot, record.SinceBoot);
            Assert.Equal(expected.IsFragment, record.IsFragment);
            Assert.Equal(expected.Text, Encoding.Latin1.GetString(record.Text));
            Assert.Equal(expected.Text.Contains('\\', StringComparison.Ordinal), record.HasEscapes);
            Assert.Equal(expected.Value("SUBSYSTEM"), Encoding.Latin1.GetString(record.Value("SUBSYSTEM"u8)));
            Assert.Equal(expected.Value("DEVICE"), Encoding.Latin1.GetString(record.Value("DEVICE"u8)));
        }
    }

    [Fact]
    public void TryParse_EveryRecordedRecord_IsAccepted()
    {
        foreach (var bytes in Recordings.All())
        {
            Assert.True(KmsgRecord.TryParse(bytes, out var record));
            Assert.False(record.IsFragment);
        }
    }

    private static void AssertInside(ReadOnlySpan<byte> whole, ReadOnlySpan<byte> part)
    {
        if (part.IsEmpty)
            return;
        var offset = Unsafe.ByteOffset(ref MemoryMarshal.GetReference(whole), ref MemoryMarshal.GetReference(part));
        Assert.True(offset >= 0 && offset + part.Length <= whole.Length);
    }

    private static int Mutate(byte[] record, byte[] buffer, Random random)
    {
        record.CopyTo(buffer, 0);
        var length = record.Length;
        for (var changes = random.Next(1, 4); changes > 0 && length > 0; changes--)
        {
            // Half of the changes are in the header, which the parser evaluates.
            var at = random.Next(random.Next(2) == 0 ? Math.Min(length, 24) : length);
            switch (random.Next(5))
            {
                case 0:
                    buffer[at] = (byte)random.Next(256);
                    break;
                case 1:
                    buffer[at] = ",;-\n =\\x0c9"u8[random.Next(11)];
                    break;
                case 2:
                    length = at;
                    break;
                case 3:
                    buffer.AsSpan(at + 1, length - at - 1).CopyTo(buffer.AsSpan(at));
                    length--;
                    break;
                default:
                    buffer.AsSpan(at, length - at).CopyTo(buffer.AsSpan(at + 1));
                    length++;
                    break;
            }
        }
        return length;
    }
}
