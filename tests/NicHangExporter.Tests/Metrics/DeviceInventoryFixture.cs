using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Metrics;
using NicHangExporter.Options;

namespace NicHangExporter.Tests.Metrics;

/// <summary>The devices of a sysfs in a directory, and notifications that a test sends.</summary>
public abstract class DeviceInventoryFixture : IDisposable
{
    private protected const string Parent = "pci0000:00/0000:00:1f.6";

    private protected DeviceInventoryFixture() => Inventory = Make(new ExporterOptions());

    private protected FakeLinks Links { get; } = new();

    private protected FakeTimeProvider Clock { get; } = new();

    /// <summary>Each reason why notifications are not followed; null when they are.</summary>
    private protected List<string?> Reasons { get; } = [];

    private protected DeviceInventory Inventory { get; set; }

    public virtual void Dispose()
    {
        Inventory.Dispose();
        Links.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected DeviceInventory Make(ExporterOptions options) => new(new NetClass(Links.Sysfs.Root), options);

    private protected void Follow() => Follow(Links.Feed(Clock));

    private protected void Follow(DeviceFeed feed)
    {
        Inventory.FollowingChanged += Reasons.Add;
        Inventory.Follow(feed);
    }

    private protected List<string> Names()
    {
        using var open = Inventory.Open();
        Assert.False(open.Failed);
        return [.. open.All.Select(device => device.Name.ToString())];
    }

    private protected static InterfaceName Name(string name) =>
        InterfaceName.TryParse(name, out var parsed) ? parsed : throw new ArgumentException(name);
}
