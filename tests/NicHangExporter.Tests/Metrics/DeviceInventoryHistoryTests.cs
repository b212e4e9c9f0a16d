using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Linux.Link;
using NicHangExporter.Linux.Netlink;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Metrics;
using NicHangExporter.Options;

namespace NicHangExporter.Tests.Metrics;

/// <summary>
/// Random histories of interfaces: what notifications add up to is what listing sysfs shows at that moment.
/// </summary>
public sealed class DeviceInventoryHistoryTests
{
    private static readonly string[] Names = ["eth0", "eth1", "eth2", "eth3", "eth4", "eth5"];
    private static readonly string?[] Parents =
        ["pci0000:00/0000:00:1f.6", "pci0000:00/0000:02:00.0", "pci0000:00/0000:03:00.0", null, null];

    [Theory]
    [InlineData(1, false, 32)]
    [InlineData(2, true, 32)]
    [InlineData(3, true, 3)]
    public void History_WhereverItIsLookedAt_IsWhatSysfsShows(int seed, bool isVirtualWatched, int limit)
    {
        var options = new ExporterOptions
        {
            Collectors = isVirtualWatched
                ? new ExporterOptions().Collectors with { Enabled = [.. Collector.All] }
                : new ExporterOptions().Collectors,
            Detection = new() { MaxDevices = limit },
        };
        var random = new Random(seed);
        for (var history = 0; history < 60; history++)
        {
            using var links = new FakeLinks();
            using var inventory = new DeviceInventory(new NetClass(links.Sysfs.Root), options);
            var clock = new FakeTimeProvider();
            links.Create("anchor", "pci0000:00/0000:09:00.0");
            inventory.Follow(links.Feed(clock));
            Assert.True(inventory.IsFollowing);
            for (var step = 0; step < 40; step++)
            {
                for (var changes = random.Next(1, 5); changes > 0; changes--)
                    Change(links, random);
                clock.Advance(TimeSpan.FromSeconds(random.Next(40)));
                switch (random.Next(10))
                {
                    case 0:
                        links.Lose();
                        break;
                    case 1 when isVirtualWatched && limit > Names.Length:
                        // Only a periodic look finds it, and reads a few watched devices each time.
                        links.Forget();
                        clock.Advance(TimeSpan.FromMinutes(1));
                        break;
                    case 2:
                        LookBeforeItIsRegistered(links, inventory, random);
                        break;
                }
                Compare(inventory, new NetClass(links.Sysfs.Root), options);
            }
        }
    }

    // The kernel makes the directory before the interface, and notifies after both.
    private static void LookBeforeItIsRegistered(FakeLinks links, DeviceInventory inventory, Random random)
    {
        if (Free(links) is not [var name, ..])
            return;
        var compare = links.Compare;
        links.Compare = device => device.Name.ToString() == name ? LinkMatch.Absent : compare(device);
        var index = links.Create(name, Parents[0]);
        if (random.Next(2) == 0)
            links.Lose();
        Assert.DoesNotContain(name, inventory.Open().All.Select(device => device.Name.ToString()));
        links.Compare = compare;
        links.Notify(LinkNoticeKind.Changed, index);
    }

    private static string[] Free(FakeLinks links) =>
        [.. Names.Where(name => links.Indexes.All(index => links.NameOf(index) != name))];

    private static void Change(FakeLinks links, Random random)
    {
        var free = Free(links);
        var index = links.Indexes[random.Next(links.Indexes.Count)];
        var isAnchor = links.NameOf(index) == "anchor";
        switch (random.Next(7))
        {
            case 0 or 1 when free.Length > 0:
                links.Create(free[random.Next(free.Length)], Parents[random.Next(Parents.Length)]);
                break;
            case 2 when !isAnchor:
                links.Delete(index);
                break;
            case 3 when !isAnchor && free.Length > 0:
                links.Rename(index, free[random.Next(free.Length)]);
                break;
            case 4 when !isAnchor:
                // Created again under the same name, as by a driver that is loaded again, or under the same number too.
                var name = links.NameOf(index);
                var isHardware = links.IsHardware(index);
                links.Delete(index);
                if (random.Next(3) == 0)
                    links.Create(name, isHardware ? Parents[random.Next(3)] : null, index);
                else
                    links.Create(name, Parents[random.Next(Parents.Length)]);
                break;
            case 5:
                links.Set(index, "operstate", random.Next(2) == 0 ? "up" : "down");
                break;
            default:
                links.Set(index, "carrier_changes", $"{random.Next(100)}");
                break;
        }
    }

    private static void Compare(DeviceInventory inventory, NetClass netClass, ExporterOptions options)
    {
        var followed = inventory.Open();
        using var listed = new DeviceScan(netClass, new DeviceSelection(options)).Open([], version: 0);
        Assert.True(inventory.IsFollowing);
        Assert.Equal(
            listed.All.Select(device => (device.Name, device.Bus, device.Sysfs.Index)),
            followed.All.Select(device => (device.Name, device.Bus, device.Sysfs.Index)));
        Assert.Equal(listed.Dropped, followed.Dropped);
        Assert.Equal(listed.Failed, followed.Failed);
        Assert.Equal(listed.All.Select(device => device.Link), followed.All.Select(device => device.Link));
        Assert.Same(followed, inventory.Open());
    }
}
