using NicHangExporter.Options;

namespace NicHangExporter.Tests.Options;

public sealed class ListenAddressTests
{
    [Theory]
    [InlineData(":19642", ":19642")]
    [InlineData("127.0.0.1:0", "127.0.0.1:0")]
    [InlineData("0.0.0.0:80", "0.0.0.0:80")]
    [InlineData("[::1]:19642", "[::1]:19642")]
    [InlineData("[::]:19642", "[::]:19642")]
    [InlineData("localhost:19642", "127.0.0.1:19642")]
    public void TryParse_AnAddress_IsUnderstood(string text, string expected)
    {
        Assert.True(ListenAddress.TryParse(text, out var address));
        Assert.Equal(expected, address.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("19642")]
    [InlineData(":")]
    [InlineData(":65536")]
    [InlineData(":-1")]
    [InlineData(": 80")]
    [InlineData("1:80")]
    [InlineData("0x7f.0.0.1.1:80")]
    [InlineData("::1:80")]
    [InlineData("[127.0.0.1]:80")]
    [InlineData("example.org:80")]
    [InlineData("127.0.0.1:80:90")]
    [InlineData("[::1:80")]
    public void TryParse_SomethingElse_IsRefused(string text) => Assert.False(ListenAddress.TryParse(text, out _));
}
