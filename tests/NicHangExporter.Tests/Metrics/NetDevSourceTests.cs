using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Procfs;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Metrics;

/// <summary>Which file net/dev is of the network namespace of sysfs, if any.</summary>
public sealed class NetDevSourceTests : IDisposable
{
    private const string FromSysfs = "are read from sysfs";

    private readonly SysfsTree _sysfs = new();
    private readonly TemporaryDirectory _procfs = new(inMemory: true);
    private readonly FakeTimeProvider _clock = new();
    private readonly RecordingLogger _log = new();
    private readonly NetDevSource _source;

    public NetDevSourceTests()
    {
        var options = new ExporterOptions { Paths = new() { Sysfs = _sysfs.Root, Procfs = _procfs.Path } };
        _source = new NetDevSource(
            options, new NetClass(_sysfs.Root), _clock,
            LoggerFactory.Create(builder => builder.AddProvider(_log)).CreateLogger<NetDevSource>());
        AddDevice("eth0", packets: 10);
        AddDevice("lo", packets: 20);
    }

    private List<string> Lines => [.. _log.Entries.Select(entry => entry.Message)];

    public void Dispose()
    {
        _sysfs.Dispose();
        _procfs.Dispose();
    }

    [Fact]
    public void Choose_SameDevicesAndCounters_IsTheFile()
    {
        WriteFile("net/dev", ("lo", 20), ("eth0", 10));

        Assert.Equal(_procfs.File("net/dev"), _source.Choose());
        Assert.Empty(Lines);
    }

    [Fact]
    public void Choose_OtherCounters_IsSysfsAndSaysWhyOnce()
    {
        WriteFile("net/dev", ("lo", 20), ("eth0", 11));

        Assert.Null(_source.Choose());
        _clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Null(_source.Choose());

        var line = Assert.Single(Lines);
        Assert.Contains(FromSysfs, line, StringComparison.Ordinal);
        Assert.Contains("net/dev and sysfs have different counters of eth0", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Choose_OtherDevices_IsSysfs()
    {
        WriteFile("net/dev", ("lo", 20), ("eth0", 10), ("eth1", 10));
        Assert.Null(_source.Choose());

        _clock.Advance(TimeSpan.FromMinutes(2));
        WriteFile("net/dev", ("lo", 20));
        Assert.Null(_source.Choose());
    }

    // Each counter of a device in sysfs is a file of its own.
    [Fact]
    public void Choose_OtherDevices_AreFoundWithoutReadingACounter()
    {
        foreach (var counter in CounterColumns.Rows)
            File.Delete(Path.Combine(_sysfs.Root, "class/net/eth0", counter.File));
        WriteFile("net/dev", ("lo", 20));

        Assert.Null(_source.Choose());

        Assert.Contains("has no eth0", Assert.Single(Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "can't be read (errno 2)")]
    [InlineData("garbage\n", "line 1 of")]
    public void Choose_UnreadableFile_IsSysfsAndSaysWhy(string? text, string reason)
    {
        if (text is not null)
            WriteText("net/dev", text);

        Assert.Null(_source.Choose());
        Assert.Contains(reason, Assert.Single(Lines), StringComparison.Ordinal);
    }

    // A container with the /proc and /sys of the host, and a network of its own.
    [Fact]
    public void Choose_OnlyProcessOneIsInTheNamespaceOfSysfs_IsItsFile()
    {
        WriteFile("net/dev", ("lo", 0), ("eth0", 0));
        WriteFile("1/net/dev", ("lo", 20), ("eth0", 10));

        Assert.Equal(_procfs.File("1/net/dev"), _source.Choose());
        Assert.Empty(Lines);
    }

    [Fact]
    public void Choose_AfterTheFileAppears_IsTheFileWithinAMinute()
    {
        Assert.Null(_source.Choose());
        WriteFile("net/dev", ("lo", 20), ("eth0", 10));
        Assert.Null(_source.Choose());

        _clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(_procfs.File("net/dev"), _source.Choose());
        Assert.Contains("are read from " + _procfs.File("net/dev"), Lines[1], StringComparison.Ordinal);
    }

    // Two new namespaces whose devices have the same names and have sent nothing look alike until something moves.
    [Fact]
    public void Accept_AnotherNamespaceThatLookedAlike_IsRefusedOnceItsCountersMove()
    {
        WriteFile("net/dev", ("lo", 20), ("eth0", 10));
        using var file = new NetDevFile(_source.Choose()!);
        WriteFile("net/dev", ("lo", 20), ("eth0", 12));
        Assert.Equal(Errno.None, file.TryRead());

        Assert.False(_source.Accept(file));
        Assert.Null(_source.Choose());
    }

    [Fact]
    public void Choose_AnotherNamespaceThatStandsStillWhileSysfsMoves_IsRefusedWithinAMinute()
    {
        WriteFile("net/dev", ("lo", 20), ("eth0", 10));
        Assert.NotNull(_source.Choose());
        AddDevice("eth0", packets: 12);

        _clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Null(_source.Choose());
    }

    [Fact]
    public void Doubt_AfterProof_ComparesAgainAtMostOnceAMinute()
    {
        Prove();
        AddDevice("eth1", packets: 5);
        _source.Doubt();
        Assert.NotNull(_source.Choose());

        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.NotNull(_source.Choose());
        _source.Doubt();

        Assert.Null(_source.Choose());
    }

    [Fact]
    public void Reader_FileThatCanNoLongerBeRead_FallsBackForAMinute()
    {
        Prove();
        using var reader = new NetDevReader(_source, rowsPerDevice: 4);
        Assert.True(reader.TryRead(2));
        WriteText("net/dev", "garbage\n");
        Assert.False(reader.TryRead(2));
        WriteFile("net/dev", ("lo", 20), ("eth0", 12));
        Assert.False(reader.TryRead(2));

        _clock.Advance(TimeSpan.FromMinutes(1));

        Assert.True(reader.TryRead(2));
        Assert.Equal(2, reader.Rows.Length);
    }

    [Fact]
    public void Reader_ManyMoreRowsThanDevices_LeavesTheFileToOthers()
    {
        for (var veth = 0; veth < NetDevReader.FewRows; veth++)
            AddDevice($"veth{veth}", packets: 0);
        var veths = Enumerable.Range(0, NetDevReader.FewRows).Select(veth => (Name: $"veth{veth}", Packets: 0UL));
        WriteFile("net/dev", [.. veths, ("lo", 20UL), ("eth0", 10UL)]);
        using var reader = new NetDevReader(_source, rowsPerDevice: 4);
        // The first read counts the rows.
        Assert.True(reader.TryRead(2));

        for (var read = 0; read < NetDevReader.LeftOut; read++)
            Assert.False(reader.TryRead(2));

        Assert.True(reader.TryRead(2));
        Assert.True(reader.TryRead(17));
    }

    private void Prove()
    {
        WriteFile("net/dev", ("lo", 20), ("eth0", 10));
        using var file = new NetDevFile(_source.Choose()!);
        AddDevice("eth0", packets: 12);
        WriteFile("net/dev", ("lo", 20), ("eth0", 12));
        Assert.Equal(Errno.None, file.TryRead());
        Assert.True(_source.Accept(file));
    }

    private void AddDevice(string name, ulong packets)
    {
        if (!Directory.Exists(Path.Combine(_sysfs.Root, "class/net", name)))
            _sysfs.Add(System.Text.Encoding.UTF8.GetBytes(name));
        foreach (var row in CounterColumns.Rows)
            _sysfs.Write(name, row.File, $"{Counter(row.File, packets)}\n");
    }

    private void WriteFile(string file, params (string Name, ulong Packets)[] devices) => WriteText(file,
        NetDevText.Header
            + string.Concat(devices.Select(device =>
                NetDevText.Line(device.Name, counter => Counter(counter, device.Packets)))));

    private void WriteText(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_procfs.File(file))!);
        File.WriteAllText(_procfs.File(file), text);
    }

    private static ulong Counter(string file, ulong packets) =>
        file.EndsWith("_packets", StringComparison.Ordinal) ? packets : 0;
}
