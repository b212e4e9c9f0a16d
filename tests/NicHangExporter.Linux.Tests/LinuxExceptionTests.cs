namespace NicHangExporter.Linux.Tests;

public class LinuxExceptionTests
{
    [Fact]
    public void Message_NamesOperationSubjectAndReason()
    {
        var exception = new LinuxException("SIOCETHTOOL ETHTOOL_GFEATURES", "eth0", Errno.NoDevice);
        Assert.Equal("SIOCETHTOOL ETHTOOL_GFEATURES on eth0 failed: No such device (errno 19)", exception.Message);
        Assert.Equal("SIOCETHTOOL ETHTOOL_GFEATURES", exception.Operation);
        Assert.Equal("eth0", exception.Subject);
        Assert.Equal(Errno.NoDevice, exception.Errno);
        Assert.Equal(19, exception.HResult);
    }

    [Theory]
    [InlineData(Errno.NotPermitted, "Operation not permitted")]
    [InlineData(Errno.NoEntry, "No such file or directory")]
    [InlineData(Errno.Interrupted, "Interrupted system call")]
    [InlineData(Errno.IO, "Input/output error")]
    [InlineData(Errno.NoDeviceOrAddress, "No such device or address")]
    [InlineData(Errno.Again, "Resource temporarily unavailable")]
    [InlineData(Errno.Access, "Permission denied")]
    [InlineData(Errno.Fault, "Bad address")]
    [InlineData(Errno.Busy, "Device or resource busy")]
    [InlineData(Errno.NoDevice, "No such device")]
    [InlineData(Errno.NotDirectory, "Not a directory")]
    [InlineData(Errno.IsDirectory, "Is a directory")]
    [InlineData(Errno.Invalid, "Invalid argument")]
    [InlineData(Errno.TooManyOpenFiles, "Too many open files")]
    [InlineData(Errno.IllegalSeek, "Illegal seek")]
    [InlineData(Errno.BrokenPipe, "Broken pipe")]
    [InlineData(Errno.NotSupported, "Operation not supported")]
    [InlineData(Errno.NetworkDown, "Network is down")]
    [InlineData((Errno)525, "525")]
    [InlineData((Errno)99999, "99999")]
    public void Message_EveryErrno_IsTheKernelsReason(Errno errno, string reason) =>
        Assert.Contains(reason, new LinuxException("read", "/dev/kmsg", errno).Message, StringComparison.Ordinal);
}
