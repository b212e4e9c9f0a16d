namespace NicHangExporter.Linux.Tests;

public sealed class ProcessStatTests
{
    private const string Rest =
        " S 1 7 7 0 -1 4194560 100 0 3 0 25 17 0 0 20 0 19 0 123456 1000000 2500 18446744073709551615 1 1 0\n";

    [Theory]
    [InlineData("(nic-hang-exp)")]
    [InlineData("(a) (b)")]
    [InlineData("(x) S 9 9 9 9 9 9)")]
    public void TryParse_AnyProgramName_ReadsTheFieldsAfterIt(string name)
    {
        Assert.True(ProcessStat.TryParse(System.Text.Encoding.UTF8.GetBytes("7 " + name + Rest), out var stat));
        Assert.Equal(new ProcessStat(25, 17, 19, 123456, 1000000, 2500), stat);
    }

    [Fact]
    public void TryParse_EachCutOrChangedText_IsRefusedOrHasNumbers()
    {
        var text = System.Text.Encoding.UTF8.GetBytes("7 (x)" + Rest);
        for (var length = 0; length < text.Length - 30; length++)
            _ = ProcessStat.TryParse(text.AsSpan(0, length), out _);
        Assert.False(ProcessStat.TryParse(text.AsSpan(0, 50), out _));
        Assert.False(ProcessStat.TryParse("7 (x) S a b"u8, out _));
        Assert.False(ProcessStat.TryParse("7 (x)"u8, out _));
        Assert.False(ProcessStat.TryParse([], out _));
    }

    [Fact]
    public void Read_ThisProcess_HasItsNumbers()
    {
        using var file = new SelfStatFile();
        var first = file.Read();
        var second = file.Read();

        Assert.InRange(first.Threads, 1UL, 10_000UL);
        Assert.InRange(first.ResidentPages * (ulong)Environment.SystemPageSize, 1UL << 20, first.VirtualBytes);
        Assert.Equal(first.StartTicks, second.StartTicks);
        Assert.True(second.UserTicks + second.SystemTicks >= first.UserTicks + first.SystemTicks);
    }

    [Fact]
    public void OpenFiles_Limit_IsAtLeastWhatIsOpen() =>
        Assert.True(ResourceLimits.OpenFiles is null or > 3);
}
