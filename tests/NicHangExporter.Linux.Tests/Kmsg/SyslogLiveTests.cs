using System.Text;
using NicHangExporter.Linux.Kmsg;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Linux.Tests.Kmsg;

/// <summary>Compares the real system call with the device: both must return the same records.</summary>
[Collection(LiveKernel.Name)]
public sealed class SyslogLiveTests
{
    private readonly string _marker = $"nichang-{Guid.NewGuid():N}";

    public SyslogLiveTests()
    {
        Requires.Root();
        Requires.File("/dev/kmsg");
        Requires.File("/sys/module/printk/parameters/time");
        Requires.That(File.ReadAllText("/sys/module/printk/parameters/time").Trim() == "Y",
            "needs printk.time to be on");
        Requires.That(Capabilities.Effective("/proc", Capability.SysLog) == true, "needs CAP_SYSLOG");
    }

    [Fact]
    public void Poll_AfterARecordOfSeveralLines_GivesItWholeWithItsTimeAndFacility()
    {
        var reader = new SyslogReader();
        Assert.Equal(SyslogNews.First, reader.Poll());
        File.WriteAllText("/dev/kmsg", $"<3>{_marker} a\\b\u0001\n<0>[    1.000000] {_marker}\n");

        Assert.NotEqual(SyslogNews.NoTimes, reader.Poll());

        var found = false;
        while (reader.TryTake(out var record))
            if (Encoding.UTF8.GetString(record.Text) is var text && text.Contains(_marker, StringComparison.Ordinal))
            {
                found = true;
                Assert.Equal($"{_marker} a\\b\u0001\n<0>[    1.000000] {_marker}", text);
                Assert.Equal((11, 1), (record.Priority, record.Facility));
                Assert.Equal(TimeOnDevice(), record.SinceBoot);
            }
        Assert.True(found);
    }

    private TimeSpan TimeOnDevice()
    {
        using var device = new KmsgReader("/dev/kmsg");
        while (device.Read(out var bytes) is var status && status != KmsgReadStatus.NothingNow)
            if (status == KmsgReadStatus.Record && bytes.IndexOf(Encoding.ASCII.GetBytes(_marker)) >= 0
                && KmsgRecord.TryParse(bytes, out var record))
                return record.SinceBoot;
        throw new InvalidOperationException("the record is not on the device");
    }
}
