using System.Text;

namespace NicHangExporter.Linux.Tests;

public class KernelTextTests
{
    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData(@"a\x0ab", "a\nb")]
    [InlineData(@"\x5c \x09 \x7f \xc3\xa9", "\\ \t \u007f é")]
    [InlineData(@"\x5cx0a", @"\x0a")]
    [InlineData(@"\xC3\xA9", "é")]
    [InlineData(@"\", @"\")]
    [InlineData(@"\x", @"\x")]
    [InlineData(@"\x4", @"\x4")]
    [InlineData(@"\x4g", @"\x4g")]
    [InlineData(@"\n", @"\n")]
    [InlineData(@"\X41", @"\X41")]
    [InlineData(@"\\x41", @"\A")]
    [InlineData("", "")]
    public void Unescape_Text_UndoesTheKernelsEscapesOnly(string escaped, string expected)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(escaped)];
        var length = KernelText.Unescape(Encoding.UTF8.GetBytes(escaped), bytes);
        Assert.Equal(expected, Encoding.UTF8.GetString(bytes, 0, length));
    }

    [Fact]
    public void Unescape_IntoItsOwnMemory_Works()
    {
        var bytes = Encoding.UTF8.GetBytes(@"TDH\x0a  <1>\x0aTDT\x5c<2>");
        Assert.Equal("TDH\n  <1>\nTDT\\<2>", Encoding.UTF8.GetString(bytes, 0, KernelText.Unescape(bytes, bytes)));
    }

    // The kernel escapes every byte below 0x20, from 0x7f on, and the backslash (printk.c, msg_add_ext_text).
    [Fact]
    public void Unescape_WhatTheKernelEscapes_GivesTheBytesBack()
    {
        var all = Enumerable.Range(0, 256).Select(octet => (byte)octet).ToArray();
        var written = string.Concat(
            all.Select(octet => octet is < 0x20 or >= 0x7f or (byte)'\\' ? $@"\x{octet:x2}" : $"{(char)octet}"));
        var bytes = new byte[written.Length];
        Assert.Equal(all, bytes[..KernelText.Unescape(Encoding.ASCII.GetBytes(written), bytes)]);
    }

    [Theory]
    [InlineData("eno1", "eno1")]
    [InlineData("é日本", "é日本")]
    [InlineData("a\nb", @"a\x0ab")]
    [InlineData(@"a\b", @"a\x5cb")]
    [InlineData("a b", "a b")]
    [InlineData("\u0085", @"\xc2\x85")]
    [InlineData("\u202egnp.exe", @"\xe2\x80\xaegnp.exe")]
    [InlineData("a\u200bb", @"a\xe2\x80\x8bb")]
    [InlineData("\u2028", @"\xe2\x80\xa8")]
    [InlineData("\u2029", @"\xe2\x80\xa9")]
    [InlineData("\u00a0", @"\xc2\xa0")]
    [InlineData("\ufeff", @"\xef\xbb\xbf")]
    [InlineData("\ue000", @"\xee\x80\x80")]
    [InlineData("", "")]
    public void Escape_Text_LeavesOnlyWhatAReaderSees(string text, string expected) =>
        Assert.Equal(expected, KernelText.Escape(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData(new byte[] { 0xff }, @"\xff")]
    [InlineData(new byte[] { 0xc3 }, @"\xc3")]
    [InlineData(new byte[] { 0xc0, 0xaf }, @"\xc0\xaf")]
    [InlineData(new byte[] { 0xed, 0xa0, 0x80 }, @"\xed\xa0\x80")]
    [InlineData(new byte[] { 0xe2, 0x82, 0x41 }, @"\xe2\x82A")]
    [InlineData(new byte[] { 0x00 }, @"\x00")]
    public void Escape_WhatIsNotUtf8_IsWrittenByteByByte(byte[] bytes, string expected) =>
        Assert.Equal(expected, KernelText.Escape(bytes));

    [Fact]
    public void Escape_AnyBytes_CanBeUndone()
    {
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(24)];
            if (i % 2 == 0)
                random.NextBytes(bytes);
            else
                random.GetItems("\\x0aA€"u8, bytes);
            var escaped = Encoding.UTF8.GetBytes(KernelText.Escape(bytes));
            var back = new byte[escaped.Length];
            Assert.Equal(bytes, back[..KernelText.Unescape(escaped, back)]);
        }
    }
}
