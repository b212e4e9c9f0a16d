using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Link;
using NicHangExporter.Linux.Netlink;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Metrics;
using NicHangExporter.Options;

namespace NicHangExporter.Tests.Metrics;

/// <summary>The devices, kept up to date by notifications.</summary>
public sealed class DeviceInventoryTests : IDisposable
{
    private const string Parent = "pci0000:00/0000:00:1f.6";

    private readonly FakeLinks _links = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly List<DeviceNews> _news = [];
    private readonly List<string?> _ways = [];
    private DeviceInventory _inventory;

    public DeviceInventoryTests() => _inventory = Make(new ExporterOptions());

    public void Dispose()
    {
        _inventory.Dispose();
        _links.Dispose();
    }

    [Fact]
    public void Device_ThatIsCreatedRenamedAndDeleted_IsFollowed()
    {
        var index = _links.Create("eno1", Parent);
        Follow();
        Assert.Equal(["eno1"], Names());
        var first = _inventory.Open();
        Assert.Same(first, _inventory.Open());

        _links.Rename(index, "lan0");
        Assert.Equal(["lan0"], Names());
        Assert.NotEqual(first.Version, _inventory.Open().Version);
        Assert.Equal(Errno.NoDevice, first.All[0].Sysfs.TryReadUInt64("ifindex\0"u8, out _));

        _links.Delete(index);
        Assert.Empty(Names());

        _links.Create("eno1", Parent);
        Assert.Equal(["eno1"], Names());
        Assert.Equal([News("lan0", DeviceNewsKind.Appeared), News("eno1", DeviceNewsKind.Appeared)], _news);
    }

    [Fact]
    public void Link_OnlyReadAfterANotification_IsWhatSysfsHas()
    {
        var index = _links.Create("eno1", Parent);
        Follow();
        var device = _inventory.Open().All[0];
        var before = device.Link;

        _links.Set(index, "operstate", "up", isNotified: false);
        _links.Set(index, "carrier_changes", "1", isNotified: false);
        _inventory.Open();
        Assert.Same(before, device.Link);

        _links.Notify(LinkNoticeKind.Changed, index);
        _inventory.Open();
        Assert.Equal("up", device.Link.Operstate);
        Assert.Equal(1ul, device.Link.CarrierChanges);
        Assert.Equal([News("eno1", DeviceNewsKind.LinkUp)], _news);

        _links.Set(index, "operstate", "down");
        _links.Set(index, "mtu", "9000");
        Assert.Same(device, _inventory.Open().All[0]);
        Assert.Equal(DeviceNewsKind.LinkDown, _news[^1].Kind);
        Assert.Equal(2, _news.Count);
    }

    [Fact]
    public void Carrier_ThatWentAndCameBetweenTwoLooks_IsNews()
    {
        var index = _links.Create("eno1", Parent);
        _links.Set(index, "operstate", "up");
        Follow();

        _links.Set(index, "carrier_changes", "2");
        _inventory.Open();

        Assert.Equal([News("eno1", DeviceNewsKind.LinkUp)], _news);
    }

    [Fact]
    public void Settings_OfAWatchedDevice_AreNews_AndQueuesAreCountedAgain()
    {
        var eno1 = _links.Create("eno1", Parent);
        var veth = _links.Create("veth0");
        Follow();
        var device = Assert.Single(_inventory.Open().All);
        Assert.Equal(1, device.TxQueues.Count);
        _links.Sysfs.Write("eno1", "queues/tx-1/tx_timeout", "0\n");

        Assert.True(_inventory.Take(
            [new(LinkNoticeKind.Settings, eno1, Name("eno1")), new(LinkNoticeKind.Settings, veth, Name("veth0")),
                new(LinkNoticeKind.Queues, eno1, Name("eno1")), new(LinkNoticeKind.Settings, 99, Name("other"))],
            isWhole: true));

        Assert.Equal([News("eno1", DeviceNewsKind.Settings)], _news);
        Assert.Equal(2, device.TxQueues.Count);

        _inventory.Take([], isWhole: false);
        Assert.Equal(2, _news.Count);
    }

    [Fact]
    public void Notices_ThatWereLost_AreMadeUpForByALookAtEverything()
    {
        var eno1 = _links.Create("eno1", Parent);
        var eno2 = _links.Create("eno2", "pci0000:00/0000:02:00.0");
        Follow();
        _links.Delete(eno1);
        _links.Create("eno1", "pci0000:00/0000:03:00.0");
        _links.Rename(eno2, "lan0");
        _links.Set(_links.Create("eno3", "pci0000:00/0000:04:00.0"), "operstate", "up");
        _links.Lose();

        var open = _inventory.Open();

        Assert.Equal(["eno1", "eno3", "lan0"], open.All.Select(device => device.Name.ToString()));
        Assert.Equal("0000:03:00.0", open.All[0].Bus.ToString());
        Assert.Equal("up", open.All[1].Link.Operstate);
    }

    [Fact]
    public void Minute_WithoutANotice_EndsWithALook()
    {
        var eno1 = _links.Create("eno1", Parent);
        Follow();
        _links.Delete(eno1, isNotified: false);
        Assert.Equal(["eno1"], Names());

        _clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Empty(Names());
    }

    [Fact]
    public void Doubt_LooksNow_ButNotAllTheTime()
    {
        var eno1 = _links.Create("eno1", Parent);
        Follow();
        _links.Delete(eno1, isNotified: false);

        _inventory.Doubt();
        Assert.Equal(["eno1"], Names());
        _clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Empty(Names());

        // A look ends the doubt.
        var eno2 = _links.Create("eno2", Parent);
        Assert.Equal(["eno2"], Names());
        _links.Delete(eno2, isNotified: false);
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(["eno2"], Names());
        _inventory.Doubt();
        Assert.Empty(Names());
    }

    [Fact]
    public void Failure_ThatLasts_IsNotLookedAtAllTheTime()
    {
        _links.Create("eno1", Parent);
        Follow();
        var (readNames, reads) = (_links.ReadNames, 0);
        _links.ReadNames = () =>
        {
            reads++;
            return null;
        };
        _links.Create("eno2", "pci0000:00/0000:02:00.0");
        using (var open = _inventory.Open())
            Assert.True(open.Failed);
        var first = reads;

        for (var use = 0; use < 10; use++)
            _inventory.Open().Dispose();
        Assert.Equal(first, reads);

        _links.ReadNames = readNames;
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(["eno1", "eno2"], Names());
    }

    [Fact]
    public void Notice_WithoutAChangeInSysfs_IsNewsOfTheSettings()
    {
        var index = _links.Create("eno1", Parent);
        Follow();

        _links.Notify(LinkNoticeKind.Changed, index);
        _inventory.Open();

        Assert.Equal([News("eno1", DeviceNewsKind.Settings)], _news);
    }

    [Fact]
    public void Queues_ThatCannotBeCounted_KeepTheirNumberAndAreReadAgain()
    {
        var index = _links.Create("eno1", Parent);
        Follow();
        var device = Assert.Single(_inventory.Open().All);
        var queues = Path.Combine(_links.Sysfs.Root, "class/net/eno1/queues");
        Directory.Delete(queues, recursive: true);
        // ELOOP, in place of EMFILE.
        File.CreateSymbolicLink(queues, "queues");
        _links.Notify(LinkNoticeKind.Queues, index);
        _inventory.Open();
        Assert.Equal(1, device.TxQueues.Count);

        File.Delete(queues);
        _links.Sysfs.Write("eno1", "queues/tx-0/tx_timeout", "0\n");
        _links.Sysfs.Write("eno1", "queues/tx-1/tx_timeout", "0\n");

        Assert.Equal(2, device.TxQueues.Count);
    }

    [Fact]
    public void Limit_AlsoBoundsTheDevicesThatAreOpenDuringALook()
    {
        _inventory = Make(new ExporterOptions
        {
            Collectors = new ExporterOptions().Collectors with { Enabled = [.. Collector.All] },
            Detection = new() { MaxDevices = 2 },
        });
        var most = 0;
        _links.Compare = _ =>
        {
            // Not GetFiles, which leaves out links to directories.
            most = int.Max(most, Directory.GetFileSystemEntries("/proc/self/fd").Count(link =>
                new FileInfo(link).LinkTarget?.StartsWith(_links.Sysfs.Root, StringComparison.Ordinal) == true));
            return LinkMatch.Same;
        };
        for (var i = 0; i < 20; i++)
            _links.Create($"veth{i:00}");
        Follow();

        Assert.Equal(["lo", "veth00"], Names());
        Assert.Equal(19, _inventory.Open().Dropped);
        // Those of the listing, those of the table, and the one that is looked at, each with its directory.
        Assert.InRange(most, 1, 10);
    }

    [Fact]
    public void Limit_WatchesHardwareFirst_AndTheNextWhenOneGoes()
    {
        _inventory = Make(new ExporterOptions
        {
            Collectors = new ExporterOptions().Collectors with { Enabled = [.. Collector.All] },
            Detection = new() { MaxDevices = 2 },
        });
        _links.Create("veth0");
        _links.Create("veth1");
        Follow();
        Assert.Equal(["lo", "veth0"], Names());
        Assert.Equal(1, _inventory.Open().Dropped);

        var eno1 = _links.Create("eno1", Parent);
        Assert.Equal(["eno1", "lo"], Names());
        Assert.Equal(2, _inventory.Open().Dropped);

        _links.Delete(eno1);
        Assert.Equal(["lo", "veth0"], Names());
        Assert.Equal(1, _inventory.Open().Dropped);
    }

    [Fact]
    public void Socket_ThatFails_EndsTheFollowing()
    {
        _links.Create("eno1", Parent);
        _inventory.FollowingChanged += _ways.Add;
        var feed = _links.Feed(_clock);
        var fails = false;
        _inventory.Follow(feed with
        {
            Drain = notices => fails ? throw new LinuxException("recvfrom", "it", Errno.IO) : feed.Drain(notices),
        });
        fails = true;

        Assert.True(_inventory.HasFeed);
        Assert.Equal(["eno1"], Names());
        Assert.False(_inventory.IsFollowing);
        Assert.False(_inventory.HasFeed);
        Assert.Contains("recvfrom", _ways[^1], StringComparison.Ordinal);
    }

    private void Follow()
    {
        _inventory.FollowingChanged += _ways.Add;
        _inventory.Follow(_links.Feed(_clock));
        _inventory.News += _news.Add;
    }

    private List<string> Names()
    {
        using var open = _inventory.Open();
        Assert.False(open.Failed);
        return [.. open.All.Select(device => device.Name.ToString())];
    }

    private DeviceInventory Make(ExporterOptions options) => new(new NetClass(_links.Sysfs.Root), options);

    private static DeviceNews News(string device, DeviceNewsKind kind) => new(Name(device), kind);

    private static InterfaceName Name(string name) =>
        InterfaceName.TryParse(name, out var parsed) ? parsed : throw new ArgumentException(name);
}
