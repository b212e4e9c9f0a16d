using System.Text;

namespace NicHangExporter.Linux.Tests;

public class BusAddressTests
{
    [Theory]
    [InlineData("0000:00:1f.6")]
    [InlineData("10000:e1:00.0")]
    [InlineData("virtio1")]
    [InlineData("4-1:1.0")]
    [InlineData("2-1.4.2:1.0")]
    [InlineData("fd580000.ethernet")]
    [InlineData("f8615163-df3e-46c5-913f-f2d2f965ed0e")]
    [InlineData("ssb0:1")]
    [InlineData("soc:ethernet@1000")]
    [InlineData("+x")]
    public void TryParse_AddressOfABus_IsAccepted(string text)
    {
        Assert.True(BusAddress.TryParse(text, out var address));
        Assert.Equal(text, address.ToString());
        Assert.False(address.IsEmpty);
        Assert.True(BusAddress.TryParse(Encoding.UTF8.GetBytes(text), out var fromBytes));
        Assert.Equal(address, fromBytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData(".x")]
    [InlineData("0000:00:1f.6/net")]
    [InlineData("../0000")]
    [InlineData("virtio 1")]
    [InlineData("virtio1\n")]
    [InlineData("virtio1\0")]
    [InlineData("vïrtio1")]
    [InlineData("a\\x41")]
    public void TryParse_WhatIsNoAddress_IsRefused(string text)
    {
        Assert.False(BusAddress.TryParse(text, out var address));
        Assert.False(BusAddress.TryParse(Encoding.UTF8.GetBytes(text), out var fromBytes));
        Assert.True(address.IsEmpty);
        Assert.True(fromBytes.IsEmpty);
    }

    [Fact]
    public void TryParse_Length_IsLimited()
    {
        Assert.True(BusAddress.TryParse(new string('a', BusAddress.MaxLength), out _));
        Assert.False(BusAddress.TryParse(new string('a', BusAddress.MaxLength + 1), out _));
        Assert.False(BusAddress.TryParse(default(string), out _));
    }

    [Fact]
    public void TryParse_EverySingleByte_AcceptsOnlyWhatBusesUse()
    {
        for (var octet = 0; octet < 256; octet++)
            Assert.Equal(
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:_-@+"u8.Contains((byte)octet),
                BusAddress.TryParse([(byte)octet], out _));
    }

    [Fact]
    public void Default_IsEmptyAndHarmless()
    {
        Assert.True(default(BusAddress).IsEmpty);
        Assert.Equal("", default(BusAddress).ToString());
        Assert.Equal(default(BusAddress).GetHashCode(), default(BusAddress).GetHashCode());
    }
}
