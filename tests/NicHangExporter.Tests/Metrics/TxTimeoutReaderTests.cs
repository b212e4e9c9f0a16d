using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Metrics;

namespace NicHangExporter.Tests.Metrics;

/// <summary>How long a reading of tx_timeout answers a scrape.</summary>
public sealed class TxTimeoutReaderTests : IDisposable
{
    private readonly FakeLinks _links = new();
    private readonly FakeTimeProvider _clock = new();

    public void Dispose() => _links.Dispose();

    [Fact]
    public void Reading_OfADeviceThatHasSentSince_IsFreshForFifteenSeconds()
    {
        using var device = Open("pci0000:00/0000:00:1f.6");
        var reading = TxTimeoutReader.Read(device, txPackets: 10, _clock, out var failure);
        Assert.Null(failure);
        Assert.Equal([0ul], reading.Values.Select(value => value ?? 99));
        Assert.Same(reading, device.TxTimeouts);

        device.TxPackets = 11;
        _clock.Advance(TimeSpan.FromSeconds(14));
        Assert.True(TxTimeoutReader.IsFresh(device, reading, _clock));

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(TxTimeoutReader.IsFresh(device, reading, _clock));
    }

    [Theory]
    [InlineData(null, 10ul)]
    [InlineData(10ul, null)]
    [InlineData(10ul, 10ul)]
    public void Reading_OfADeviceThatMayHaveSentNothingSince_IsNotFresh(ulong? before, ulong? now)
    {
        using var device = Open("pci0000:00/0000:00:1f.6");
        var reading = TxTimeoutReader.Read(device, before, _clock, out _);
        device.TxPackets = now;

        Assert.False(TxTimeoutReader.IsFresh(device, reading, _clock));
    }

    // Of several queues one may be stopped while another one sends.
    [Fact]
    public void Reading_OfSeveralQueues_IsNeverFresh()
    {
        using var device = Open("pci0000:00/0000:00:1f.6", queues: 2);
        var reading = TxTimeoutReader.Read(device, txPackets: 10, _clock, out _);
        device.TxPackets = 11;

        Assert.Equal(2, reading.Values.Count);
        Assert.False(TxTimeoutReader.IsFresh(device, reading, _clock));
    }

    [Fact]
    public void Reading_OfADeviceWithoutHardware_IsFreshForAMinuteAndWithTheSameQueues()
    {
        using var device = Open(parent: null);
        var reading = TxTimeoutReader.Read(device, txPackets: null, _clock, out _);
        _clock.Advance(TimeSpan.FromSeconds(59));
        Assert.True(TxTimeoutReader.IsFresh(device, reading, _clock));

        _links.Sysfs.Write("eno1", "queues/tx-1/tx_timeout", "0\n");
        _ = device.Refresh();
        Assert.False(TxTimeoutReader.IsFresh(device, reading, _clock));

        reading = TxTimeoutReader.Read(device, txPackets: null, _clock, out _);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.False(TxTimeoutReader.IsFresh(device, reading, _clock));
    }

    [Fact]
    public void Reading_ThatFails_IsTriedAgain()
    {
        using var device = Open("pci0000:00/0000:00:1f.6");
        File.Delete(Path.Combine(_links.Sysfs.Root, "class/net/eno1/queues/tx-0/tx_timeout"));
        Directory.CreateDirectory(Path.Combine(_links.Sysfs.Root, "class/net/eno1/queues/tx-0/tx_timeout"));

        _ = TxTimeoutReader.Read(device, txPackets: 10, _clock, out var failure);

        Assert.Contains("queues/tx-0/tx_timeout of eno1", failure, StringComparison.Ordinal);
        Assert.False(TxTimeoutReader.IsFresh(device, device.TxTimeouts, _clock));
    }

    private WatchedDevice Open(string? parent, int queues = 1)
    {
        _links.Create("eno1", parent);
        for (var queue = 1; queue < queues; queue++)
            _links.Sysfs.Write("eno1", $"queues/tx-{queue}/tx_timeout", "0\n");
        Assert.True(InterfaceName.TryParse("eno1", out var name));
        return new WatchedDevice(new NetClass(_links.Sysfs.Root).Open(name)!);
    }
}
