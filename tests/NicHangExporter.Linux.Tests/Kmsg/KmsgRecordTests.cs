using System.Text;
using NicHangExporter.Linux.Kmsg;

namespace NicHangExporter.Linux.Tests.Kmsg;

public class KmsgRecordTests
{
    [Fact]
    public void TryParse_RecordedHang_HasAllParts()
    {
        var recording = Some.Recording("kmsg-e1000.raw");
        var start = recording.AsSpan().IndexOf("3,450,"u8);

        Assert.True(KmsgRecord.TryParse(recording.AsSpan(start), out var record));

        Assert.Equal(3, record.Priority);
        Assert.Equal(0, record.Facility);
        Assert.Equal(3, record.Level);
        Assert.True(record.IsKernel);
        Assert.Equal(450ul, record.Sequence);
        Assert.Equal(TimeSpan.FromSeconds(113.044), record.SinceBoot);
        Assert.False(record.IsFragment);
        Assert.True(record.Text.StartsWith("e1000 0000:00:05.0 ens1: Detected Tx Unit Hang\\x0a"u8));
        Assert.True(record.Text.EndsWith("next_to_watch.status <0>"u8));
        Assert.Equal("pci", Encoding.UTF8.GetString(record.Value("SUBSYSTEM"u8)));
        Assert.Equal("+pci:0000:00:05.0", Encoding.UTF8.GetString(record.Value("DEVICE"u8)));
    }

    [Fact]
    public void Text_NewlinesEscapedAs0a_StayOneRecordOfSeveralLines()
    {
        Assert.True(
            KmsgRecord.TryParse(
                "3,1,2,-;Detected Hardware Unit Hang:\\x0a  TDH <14>\\x0a  TDT <1a>\n"u8, out var record));
        var text = new byte[record.Text.Length];
        var length = KernelText.Unescape(record.Text, text);
        Assert.Equal("Detected Hardware Unit Hang:\n  TDH <14>\n  TDT <1a>", Encoding.UTF8.GetString(text, 0, length));
    }

    [Fact]
    public void Text_Semicolons_BelongToIt()
    {
        Assert.True(KmsgRecord.TryParse("6,1,2,-;a;b,c;d\n"u8, out var record));
        Assert.Equal("a;b,c;d", Encoding.UTF8.GetString(record.Text));
    }

    [Theory]
    [InlineData("3,2001,500000001,-,caller=C3;text")]
    [InlineData("3,2001,500000001,-,caller=T77,later=1,and,,=,more;text")]
    [InlineData("3,2001,500000001,-,;text")]
    public void TryParse_ExtraCommaFields_AreSkipped(string line)
    {
        Assert.True(KmsgRecord.TryParse(Encoding.UTF8.GetBytes(line), out var record));
        Assert.Equal("text", Encoding.UTF8.GetString(record.Text));
        Assert.Equal(2001ul, record.Sequence);
        Assert.False(record.IsFragment);
    }

    [Theory]
    [InlineData("6,1,2,c;x", true)]
    [InlineData("6,1,2,+;x", true)]
    [InlineData("6,1,2,c,caller=T1;x", true)]
    [InlineData("6,1,2,-;x", false)]
    [InlineData("6,1,2,-,caller=C1;x", false)]
    [InlineData("6,1,2,x;x", false)]
    public void IsFragment_Flag_Tells(string line, bool expected)
    {
        Assert.True(KmsgRecord.TryParse(Encoding.UTF8.GetBytes(line), out var record));
        Assert.Equal(expected, record.IsFragment);
    }

    [Theory]
    [InlineData(0, 0, 0, true)]
    [InlineData(7, 0, 7, true)]
    [InlineData(8, 1, 0, false)]
    [InlineData(11, 1, 3, false)]
    [InlineData(30, 3, 6, false)]
    [InlineData(2047, 255, 7, false)]
    public void Priority_IsFacilityAndLevel(int priority, int facility, int level, bool isKernel)
    {
        Assert.True(KmsgRecord.TryParse(Encoding.UTF8.GetBytes($"{priority},1,2,-;x\n"), out var record));
        Assert.Equal(priority, record.Priority);
        Assert.Equal(facility, record.Facility);
        Assert.Equal(level, record.Level);
        Assert.Equal(isKernel, record.IsKernel);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData(";")]
    [InlineData("text")]
    [InlineData("6")]
    [InlineData("6,1,2,-")]
    [InlineData("6,1,2;text")]
    [InlineData("6,1;text")]
    [InlineData("6;text")]
    [InlineData("6,1,2,;text")]
    [InlineData(",1,2,-;text")]
    [InlineData("6,,2,-;text")]
    [InlineData("6,1,,-;text")]
    [InlineData("-6,1,2,-;text")]
    [InlineData("+6,1,2,-;text")]
    [InlineData(" 6,1,2,-;text")]
    [InlineData("6 ,1,2,-;text")]
    [InlineData("6,1.0,2,-;text")]
    [InlineData("6,0x1,2,-;text")]
    [InlineData("6,1e3,2,-;text")]
    [InlineData("6,1,2\0,-;text")]
    [InlineData("٦,1,2,-;text")]
    [InlineData("2048,1,2,-;text")]
    [InlineData("99999999999999999999,1,2,-;text")]
    [InlineData("6,18446744073709551616,2,-;text")]
    [InlineData("6,1,18446744073709551616,-;text")]
    [InlineData(" SUBSYSTEM=pci\n DEVICE=+pci:0000:00:1f.6\n")]
    [InlineData("garbage\n6,1,2,-;text\n")]
    [InlineData("6,1,2,-\n;text\n")]
    public void TryParse_WhatIsNoRecord_IsRefused(string record)
    {
        Assert.False(KmsgRecord.TryParse(Encoding.UTF8.GetBytes(record), out var result));
        Assert.True(result.Text.IsEmpty);
        Assert.True(result.Value("DEVICE"u8).IsEmpty);
    }

    [Fact]
    public void TryParse_BytesThatAreNotUtf8_AreRefused()
    {
        Assert.False(KmsgRecord.TryParse([.. "6,1,2,-;te"u8, 0xff, .. "xt"u8], out _));
        Assert.False(KmsgRecord.TryParse([.. "6,1,2,-;text\n DEVICE="u8, 0xc3], out _));
        Assert.True(KmsgRecord.TryParse("6,1,2,-;téxt"u8, out _));
    }

    [Theory]
    [InlineData("6,1,2,-;text")]
    [InlineData("6,1,2,-;text\n")]
    public void TryParse_FinalNewline_IsOptional(string line)
    {
        Assert.True(KmsgRecord.TryParse(Encoding.UTF8.GetBytes(line), out var record));
        Assert.Equal("text", Encoding.UTF8.GetString(record.Text));
    }

    [Fact]
    public void TryParse_EmptyText_IsARecord()
    {
        Assert.True(KmsgRecord.TryParse("6,1,2,-;\n"u8, out var record));
        Assert.True(record.Text.IsEmpty);
    }

    [Fact]
    public void SinceBoot_AbsurdNumber_IsClamped()
    {
        Assert.True(KmsgRecord.TryParse("6,18446744073709551615,18446744073709551615,-;x"u8, out var record));
        Assert.Equal(ulong.MaxValue, record.Sequence);
        Assert.Equal(TimeSpan.MaxValue, record.SinceBoot);

        Assert.True(KmsgRecord.TryParse("6,0,922337203685477580,-;x"u8, out var highest));
        Assert.Equal(9223372036854775800, highest.SinceBoot.Ticks);
        Assert.True(KmsgRecord.TryParse("6,0,922337203685477581,-;x"u8, out var beyond));
        Assert.Equal(TimeSpan.MaxValue, beyond.SinceBoot);
    }

    [Theory]
    [InlineData("DEVICE", "n8")]
    [InlineData("SUBSYSTEM", "net")]
    [InlineData("EMPTY", "")]
    [InlineData("EQUALS", "a=b=c")]
    [InlineData("ESCAPED", @"a\x0ab")]
    [InlineData("DEV", "")]
    [InlineData("EVICE", "")]
    [InlineData("device", "")]
    [InlineData("NOBLANK", "")]
    [InlineData("TEXT", "")]
    [InlineData("NOEQUALS", "")]
    [InlineData("LAST", "1")]
    public void Value_OfADictionaryLine_IsWhatFollowsTheFirstEqualsSign(string key, string expected)
    {
        var bytes =
            "6,1,2,-; TEXT=1\n SUBSYSTEM=net\n DEVICE=n8\n DEVICE=n9\n EMPTY=\n EQUALS=a=b=c\n"u8
            + " ESCAPED=a\\x0ab\nNOBLANK=1\n NOEQUALS\n LAST=1"u8;
        Assert.True(KmsgRecord.TryParse(bytes, out var record));
        Assert.Equal(expected, Encoding.UTF8.GetString(record.Value(Encoding.UTF8.GetBytes(key))));
    }

    [Fact]
    public void Value_ForgedInTheText_IsNotFound()
    {
        Assert.True(KmsgRecord.TryParse("12,1,2,-;x\\x0a DEVICE=+pci:0000:00:1f.6\n"u8, out var record));
        Assert.True(record.Value("DEVICE"u8).IsEmpty);
    }
}
