using NicHangExporter.Linux.Kmsg;

namespace NicHangExporter.Linux.Tests.Kmsg;

public class RecordScanTests
{
    [Fact]
    public void IndexOfStop_EveryByteAtEveryPlace_IsFoundIfItIsAStop()
    {
        for (var length = 1; length < 70; length++)
        {
            var bytes = new byte[length];
            for (var at = 0; at < length; at++)
                for (var octet = 0; octet < 256; octet++)
                {
                    Array.Fill(bytes, (byte)'x');
                    bytes[at] = (byte)octet;
                    var isStop = octet is '\n' or '\\' or >= 0x80;
                    Assert.Equal(isStop ? at : -1, RecordScan.IndexOfStop(bytes));
                }
        }
        Assert.Equal(-1, RecordScan.IndexOfStop(default));
    }

    [Fact]
    public void IndexOfStop_SeveralStops_IsTheFirst()
    {
        var random = new Random(12);
        for (var round = 0; round < 100_000; round++)
        {
            var bytes = new byte[random.Next(100)];
            random.GetItems("aaaaaaaaaaaaaaaaaaaaaaaa;: \n\\\u00e9"u8, bytes);
            var expected = Array.FindIndex(bytes, octet => octet is (byte)'\n' or (byte)'\\' or >= 0x80);
            Assert.Equal(expected, RecordScan.IndexOfStop(bytes));
        }
    }

    [Fact]
    public void IndexOfEnd_RandomLines_IsTheFirstNewlineBeforeAnotherRecord()
    {
        var random = new Random(13);
        for (var round = 0; round < 100_000; round++)
        {
            var bytes = new byte[random.Next(100)];
            random.GetItems(round % 2 == 0 ? "aaaaaaaaaaaaaaa \n"u8 : "a \n"u8, bytes);
            var expected = -1;
            for (var at = bytes.Length - 2; at >= 0; at--)
                if (bytes[at] == '\n' && bytes[at + 1] != ' ')
                    expected = at;
            Assert.Equal(expected, RecordScan.IndexOfEnd(bytes));
        }
    }
}
