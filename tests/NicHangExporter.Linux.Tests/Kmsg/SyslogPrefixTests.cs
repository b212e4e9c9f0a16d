using System.Text;
using NicHangExporter.Linux.Kmsg;

namespace NicHangExporter.Linux.Tests.Kmsg;

public sealed class SyslogPrefixTests
{
    [Theory]
    [InlineData("<3>[    0.000000] x", 3, 0L, 18)]
    [InlineData("<6>[14938.237287] veth0: tx hang", 6, 14938237287L, 18)]
    [InlineData("<11>[14938.240286] [    1.000000] e1000e", 11, 14938240286L, 19)]
    [InlineData("<2047>[1234567.000001] ", 2047, 1234567000001L, 23)]
    [InlineData("<3>[   12.345678][    T1] x", 3, 12345678L, 26)]
    [InlineData("<3>[   12.345678][T123456] x", 3, 12345678L, 27)]
    [InlineData("<3>[   12.345678][    C3] x", 3, 12345678L, 26)]
    public void TryParse_LineOfTheKernel_GivesPriorityTimeAndLength(string line, int priority, long microseconds,
        int length)
    {
        Assert.True(SyslogPrefix.TryParse(Encoding.ASCII.GetBytes(line), out var prefix));
        Assert.Equal((priority, TimeSpan.FromMicroseconds(microseconds), length), (prefix.Priority, prefix.SinceBoot,
            prefix.Length));
    }

    [Theory]
    [InlineData("")]
    [InlineData("e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:")]
    [InlineData("<3>e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:")]
    [InlineData("<2048>[    0.000000] x")]
    [InlineData("<-3>[    0.000000] x")]
    [InlineData("<3>[    0.00000] x")]
    [InlineData("<3>[    0.0000000] x")]
    [InlineData("<3>[    0.+00000] x")]
    [InlineData("<3>[    +.000000] x")]
    [InlineData("<3>[    0.000000]x")]
    [InlineData("<3>[    0.000000]")]
    [InlineData("<3>[    0.000000][eno1] x")]
    [InlineData("<3>[    0.000000][T] x")]
    [InlineData("<3>[    0.000000][T1 x")]
    [InlineData("<3>[    0.000000][T1]x")]
    [InlineData("<3> [    0.000000] x")]
    public void TryParse_AnythingElse_IsRefused(string line) =>
        Assert.False(SyslogPrefix.TryParse(Encoding.ASCII.GetBytes(line), out _));

    [Fact]
    public void TryParse_SecondsBeyondATimeSpan_AreItsLargest()
    {
        Assert.True(SyslogPrefix.TryParse("<3>[18446744073709551615.999999] x"u8, out var prefix));
        Assert.Equal(TimeSpan.MaxValue, prefix.SinceBoot);
    }
}
