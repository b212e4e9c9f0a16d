using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Procfs;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Metrics;

/// <summary>The names in net/dev are a check of the table of devices.</summary>
public sealed class DeviceNamesTests : IDisposable
{
    private readonly FakeLinks _links = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly TemporaryDirectory _procfs = new(inMemory: true);
    private readonly DeviceInventory _inventory;

    public DeviceNamesTests()
    {
        _inventory = new DeviceInventory(new NetClass(_links.Sysfs.Root), new ExporterOptions());
        _links.Create("eno1", "pci0000:00/0000:00:1f.6");
        _inventory.Follow(_links.Feed(_clock));
        Assert.True(_inventory.IsFollowing);
    }

    public void Dispose()
    {
        _inventory.Dispose();
        _links.Dispose();
        _procfs.Dispose();
    }

    [Fact]
    public void Compare_SameNamesInAnotherOrder_IsNoDoubt()
    {
        LoseNotice("eno2");

        Compare("eno1", "lo");

        Assert.Equal(["eno1"], Watched());
    }

    [Theory]
    [InlineData("lo", "eno1", "eno2")]
    [InlineData("lo")]
    [InlineData("lo", "eno3")]
    public void Compare_OtherNames_LooksAtSysfs(params string[] names)
    {
        LoseNotice("eno2");

        Compare(names);

        Assert.Equal(["eno1", "eno2"], Watched());
    }

    // No notification says that it is there.
    private void LoseNotice(string name)
    {
        _links.Create(name, "pci0000:00/0000:02:00.0");
        _links.Forget();
    }

    private void Compare(params string[] names)
    {
        _clock.Advance(TimeSpan.FromSeconds(6));
        File.WriteAllText(
            _procfs.File("dev"),
            NetDevText.Header + string.Concat(names.Select(name => NetDevText.Line(name, _ => 0))));
        using var file = new NetDevFile(_procfs.File("dev"));
        Assert.Equal(Errno.None, file.TryRead());
        _inventory.Compare(file.Table.Rows);
    }

    private List<string> Watched() => [.. _inventory.Open().All.Select(device => device.Name.ToString())];
}
