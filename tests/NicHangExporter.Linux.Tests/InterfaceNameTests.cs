using System.Text;

namespace NicHangExporter.Linux.Tests;

public class InterfaceNameTests
{
    [Theory]
    [InlineData("e")]
    [InlineData("eth0")]
    [InlineData("abcdefghijklmno")]
    [InlineData("...")]
    [InlineData(".hidden")]
    [InlineData("-rf")]
    [InlineData("$(id)")]
    [InlineData("`reboot`")]
    [InlineData("eth0.100@if2")]
    [InlineData("\"};x")]
    [InlineData("bonding_masters")]
    [InlineData("\x01")]
    [InlineData("a\x7f")]
    public void TryParse_NameTheKernelAccepts_IsAccepted(string name)
    {
        Assert.True(InterfaceName.TryParse(Encoding.UTF8.GetBytes(name), out var parsed));
        Assert.Equal(name.Length, parsed.Length);
        Assert.True(parsed.Is(Encoding.UTF8.GetBytes(name)));
        Assert.False(parsed.IsEmpty);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("abcdefghijklmnop")]
    [InlineData("a/b")]
    [InlineData("../eth0")]
    [InlineData("eth0:1")]
    [InlineData("eth 0")]
    [InlineData("eth0\n")]
    [InlineData("\teth0")]
    [InlineData("a\vb")]
    [InlineData("a\fb")]
    [InlineData("a\rb")]
    [InlineData("eth0\0")]
    [InlineData("\0")]
    public void TryParse_NameTheKernelRefuses_IsRefused(string name)
    {
        Assert.False(InterfaceName.TryParse(Encoding.UTF8.GetBytes(name), out var fromBytes));
        Assert.False(InterfaceName.TryParse(name, out var fromText));
        Assert.Equal(default, fromBytes);
        Assert.Equal(default, fromText);
    }

    // isspace() of the kernel knows the no-break space of Latin-1. UTF-8 has that byte inside other characters, too.
    [Theory]
    [InlineData(new byte[] { 0x61, 0xa0 })]
    [InlineData(new byte[] { 0xc3, 0xa0 })]
    public void TryParse_ByteA0_IsRefused(byte[] name) => Assert.False(InterfaceName.TryParse(name, out _));

    [Fact]
    public void TryParse_EverySingleByte_AgreesWithDevValidName()
    {
        for (var octet = 0; octet < 256; octet++)
        {
            var refused = octet is 0 or '/' or ':' or '.' or ' ' or 0xa0 or (>= 9 and <= 13);
            Assert.Equal(!refused, InterfaceName.TryParse([(byte)octet], out _));
        }
    }

    [Fact]
    public void ToString_AnyName_ParsesToTheSameName()
    {
        var random = new Random(20260801);
        var bytes = new byte[InterfaceName.MaxLength];
        var seen = new Dictionary<string, InterfaceName>();
        for (var i = 0; i < 20_000; i++)
        {
            // Few different bytes, so that escapes of escapes, broken UTF-8 and its whole characters do occur.
            random.GetItems("\\x5c41é\u202ea\u0007\u00ff"u8, bytes);
            if (!InterfaceName.TryParse(bytes.AsSpan(0, random.Next(1, bytes.Length + 1)), out var name))
                continue;
            Assert.True(InterfaceName.TryParse(name.ToString(), out var again), name.ToString());
            Assert.Equal(name, again);
            Assert.Equal(name, seen.GetValueOrDefault(name.ToString(), name));
            seen[name.ToString()] = name;
        }
        Assert.True(seen.Count > 10_000);
    }

    [Theory]
    [InlineData(@"\x41", "A")]
    [InlineData(@"\x5cx41", @"\x41")]
    [InlineData(@"a\b", @"a\b")]
    public void TryParse_EscapedText_IsUnescapedOnce(string text, string expected)
    {
        Assert.True(InterfaceName.TryParse(text, out var name));
        Assert.True(name.Is(Encoding.UTF8.GetBytes(expected)));
    }

    [Theory]
    [InlineData(@"\x2f")]
    [InlineData(@"a\x00")]
    [InlineData(@"\x2e\x2e")]
    public void TryParse_EscapedForbiddenByte_IsRefused(string text) =>
        Assert.False(InterfaceName.TryParse(text, out _));

    [Fact]
    public void TryParse_SixteenBytesInFifteenCharacters_IsRefused() =>
        Assert.False(InterfaceName.TryParse("éaaaaaaaaaaaaaa", out _));

    [Fact]
    public void TryParse_HalfASurrogatePair_IsRefused() => Assert.False(InterfaceName.TryParse("a\ud83d", out _));

    [Fact]
    public void TryParse_TextOfAnyLength_IsRefusedWithoutHarm()
    {
        Assert.False(InterfaceName.TryParse(new string('€', 60), out _));
        Assert.False(InterfaceName.TryParse(new string('a', 1_000_000), out _));
        Assert.False(InterfaceName.TryParse(default(string), out _));
    }

    [Fact]
    public void Default_IsEmptyAndHarmless()
    {
        var name = default(InterfaceName);
        Assert.True(name.IsEmpty);
        Assert.Equal("", name.ToString());
        Assert.Equal(0, name.CopyTo([]));
        Assert.Equal(default(InterfaceName).GetHashCode(), name.GetHashCode());
        Assert.False(name.Is("eth0"u8));
    }

    [Fact]
    public void Equality_OfAPrefix_IsInequality()
    {
        var (one, again, ten) = (Some.Interface("eth1"u8), Some.Interface("eth1"u8), Some.Interface("eth10"u8));
        Assert.True(one == again);
        Assert.True(one != ten);
        Assert.Equal(one.GetHashCode(), again.GetHashCode());
        Assert.True(one < ten && ten > one && one <= again && one >= again);
    }

    [Fact]
    public void CompareTo_BytesAboveAscii_AreUnsigned() => Assert.True(Some.Interface("z"u8) < Some.Interface([0xff]));
}
