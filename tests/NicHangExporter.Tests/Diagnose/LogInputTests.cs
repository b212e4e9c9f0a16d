using System.IO.Compression;
using System.Text;
using NicHangExporter.Diagnose;
using NicHangExporter.Linux;

namespace NicHangExporter.Tests.Diagnose;

/// <summary>Logs that are no plain UTF-8 file.</summary>
public sealed class LogInputTests
{
    private const string Hang = "[ 1.1] e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:\r\n";

    [Fact]
    public void Gzip_OfOneOrMoreMembers_IsRead()
    {
        Assert.Equal(1, Assert.Single(DiagnosedText.Bytes(Gzip(Hang)).Devices).HangMessages);
        Assert.Equal(2, Assert.Single(DiagnosedText.Bytes([.. Gzip(Hang), .. Gzip(Hang)]).Devices).HangMessages);
    }

    [Fact]
    public void Utf16_WithAByteOrderMark_IsRead()
    {
        Assert.Equal(
            1,
            Assert
                .Single(DiagnosedText.Bytes([.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(Hang)]).Devices)
                .HangMessages);
        Assert.Equal(
            1,
            Assert
                .Single(
                    DiagnosedText
                        .Bytes([.. Encoding.BigEndianUnicode.Preamble, .. Encoding.BigEndianUnicode.GetBytes(Hang)])
                        .Devices)
                .HangMessages);
    }

    [Theory]
    [InlineData(new byte[] { 0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, 0, 0 }, "an xz file")]
    [InlineData(new byte[] { 0x28, 0xb5, 0x2f, 0xfd, 4 }, "a zstd file")]
    [InlineData(new byte[] { (byte)'B', (byte)'Z', (byte)'h', (byte)'9' }, "a bzip2 file")]
    [InlineData(
        new byte[] { (byte)'L', (byte)'P', (byte)'K', (byte)'S', (byte)'H', (byte)'H', (byte)'R', (byte)'H', 1 },
        "journalctl")]
    [InlineData(new byte[] { 0x1f, 0x8b, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9 }, "")]
    public void Packed_InAnotherWay_IsRefusedAndNotCalledHealthy(byte[] log, string reason)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        Assert.Equal(
            DiagnoseCommand.ReadFailed, DiagnoseCommand.Run(new MemoryStream(log), "log", json: false, output, error));
        Assert.Empty(output.ToString());
        Assert.StartsWith("diagnose: log: ", error.ToString(), StringComparison.Ordinal);
        Assert.Contains(reason, error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("x")]
    public void Log_ShorterThanAnyMark_IsRead(string log) => Assert.Empty(DiagnosedText.Text(log).Devices);

    [Fact]
    public void Reader_OfWholeRecords_IsAskedForEnough()
    {
        using var records = new WholeRecords([
            "3,1,1000000,-;" + Hang.TrimEnd()[7..] + "\n",
            "3,2,3000000,-;" + Hang.TrimEnd()[7..] + "\n",
        ]);
        using var output = new StringWriter();
        using var error = new StringWriter();
        Assert.Equal(DiagnoseCommand.Success, DiagnoseCommand.Run(records, "/dev/kmsg", json: true, output, error));
        Assert.Contains("\"hangMessages\":2", output.ToString(), StringComparison.Ordinal);
    }

    private static byte[] Gzip(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }

    /// <summary>/dev/kmsg: one record per read, EINVAL if the buffer is too small.</summary>
    private sealed class WholeRecords(string[] records) : MemoryStream
    {
        private int _next;

        public override int Read(Span<byte> buffer)
        {
            if (_next == records.Length) return 0;
            if (buffer.Length < 8192) throw new IOException("Invalid argument");
            return Encoding.ASCII.GetBytes(records[_next++], buffer);
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    }
}
