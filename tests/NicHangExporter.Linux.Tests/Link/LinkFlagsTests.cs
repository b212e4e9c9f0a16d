using NicHangExporter.Linux.Link;
using NicHangExporter.Linux.Uapi;

namespace NicHangExporter.Linux.Tests.Link;

/// <summary>Flags with a simulated kernel of two lines.</summary>
public sealed class LinkFlagsTests
{
    private const ushort Others = 0b1101_0110_1011_1110; // bits that have a name and bits that have none

    private static readonly InterfaceName Device = InterfaceName.TryParse("eth0", out var name) ? name : default;
    private readonly List<int> _requests = [];
    private ushort _flags = Others;

    [Fact]
    public void BringUp_OfAnInterfaceThatIsDown_SetsUpAndKeepsTheOthers()
    {
        Assert.True(Open().BringUp(Device));
        Assert.Equal(Others | 1, _flags);
    }

    [Fact]
    public void BringDown_OfAnInterfaceThatIsUp_ClearsUpAndKeepsTheOthers()
    {
        _flags |= 1;

        Assert.True(Open().BringDown(Device));
        Assert.Equal(Others, _flags);
    }

    [Fact]
    public void Switch_ToWhatItIsAlready_WritesNothing()
    {
        Assert.False(Open().BringDown(Device));
        _flags |= 1;
        Assert.False(Open().BringUp(Device));
        Assert.Equal([0x8913, 0x8913], _requests);
    }

    [Fact]
    public void Read_AllSixteenBits_AreNoSignedNumber()
    {
        _flags = 0xffff;

        Assert.Equal((InterfaceFlags)0xffff, Open().Read(Device));
    }

    [Theory]
    [InlineData(0x8913, "SIOCGIFFLAGS", Errno.NoDevice)]
    [InlineData(0x8914, "SIOCSIFFLAGS", Errno.NotPermitted)]
    [InlineData(0x8914, "SIOCSIFFLAGS", Errno.IO)]
    [InlineData(0x8914, "SIOCSIFFLAGS", Errno.NotSupported)]
    public void BringUp_Failing_IsALinuxExceptionThatNamesTheRequest(int failing, string operation, Errno errno)
    {
        var exception = Assert.Throws<LinuxException>(() =>
            Open(request => request == failing ? -(int)errno : 0).BringUp(Device));

        Assert.Equal((operation, "eth0", errno), (exception.Operation, exception.Subject, exception.Errno));
        Assert.Equal(Others, _flags);
    }

    [Fact]
    public void BringUp_Interrupted_IsRepeated()
    {
        var signals = 0;

        Assert.True(Open(_ => ++signals % 2 == 0 ? 0 : -4).BringUp(Device));
        Assert.Equal(Others | 1, _flags);
    }

    private LinkFlags Open(Func<int, int>? before = null) => new((int request, ref IfReq ifreq, Span<byte> payload) =>
    {
        Assert.True(payload.IsEmpty);
        Assert.Equal("eth0\0"u8, ((ReadOnlySpan<byte>)ifreq.Name)[..5]);
        _requests.Add(request);
        if (before?.Invoke(request) is < 0 and var error)
            return error;
        if (request == 0x8913)
            ifreq.Flags = _flags;
        else
            _flags = ifreq.Flags;
        return 0;
    });
}
