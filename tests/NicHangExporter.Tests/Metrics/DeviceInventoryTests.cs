using NicHangExporter.Linux;
using NicHangExporter.Linux.Link;
using NicHangExporter.Linux.Netlink;
using NicHangExporter.Metrics;
using NicHangExporter.Options;

namespace NicHangExporter.Tests.Metrics;

/// <summary>The devices, kept up to date by notifications.</summary>
public sealed class DeviceInventoryTests : DeviceInventoryFixture
{
    private readonly List<DeviceNews> _news = [];

    [Fact]
    public void Device_ThatIsCreatedRenamedAndDeleted_IsFollowed()
    {
        var index = Links.Create("eno1", Parent);
        FollowWithNews();
        Assert.Equal(["eno1"], Names());
        var first = Inventory.Open();
        Assert.Same(first, Inventory.Open());

        Links.Rename(index, "lan0");
        Assert.Equal(["lan0"], Names());
        Assert.NotEqual(first.Version, Inventory.Open().Version);
        Assert.Equal(Errno.NoDevice, first.All[0].Sysfs.TryReadUInt64("ifindex\0"u8, out _));

        Links.Delete(index);
        Assert.Empty(Names());

        Links.Create("eno1", Parent);
        Assert.Equal(["eno1"], Names());
        Assert.Equal([News("lan0", DeviceNewsKind.Appeared), News("eno1", DeviceNewsKind.Appeared)], _news);
    }

    [Fact]
    public void Link_OnlyReadAfterANotification_IsWhatSysfsHas()
    {
        var index = Links.Create("eno1", Parent);
        FollowWithNews();
        var device = Inventory.Open().All[0];
        var before = device.Link;

        Links.Set(index, "operstate", "up", isNotified: false);
        Links.Set(index, "carrier_changes", "1", isNotified: false);
        Inventory.Open();
        Assert.Same(before, device.Link);

        Links.Notify(LinkNoticeKind.Changed, index);
        Inventory.Open();
        Assert.Equal("up", device.Link.Operstate);
        Assert.Equal(1ul, device.Link.CarrierChanges);
        Assert.Equal([News("eno1", DeviceNewsKind.LinkUp)], _news);

        Links.Set(index, "operstate", "down");
        Links.Set(index, "mtu", "9000");
        Assert.Same(device, Inventory.Open().All[0]);
        Assert.Equal(DeviceNewsKind.LinkDown, _news[^1].Kind);
        Assert.Equal(2, _news.Count);
    }

    [Fact]
    public void Carrier_ThatWentAndCameBetweenTwoLooks_IsNews()
    {
        var index = Links.Create("eno1", Parent);
        Links.Set(index, "operstate", "up");
        FollowWithNews();

        Links.Set(index, "carrier_changes", "2");
        Inventory.Open();

        Assert.Equal([News("eno1", DeviceNewsKind.LinkUp)], _news);
    }

    [Fact]
    public void Settings_OfAWatchedDevice_AreNews_AndQueuesAreCountedAgain()
    {
        var eno1 = Links.Create("eno1", Parent);
        var veth = Links.Create("veth0");
        FollowWithNews();
        var device = Assert.Single(Inventory.Open().All);
        Assert.Equal(1, device.TxQueues.Count);
        Links.Sysfs.Write("eno1", "queues/tx-1/tx_timeout", "0\n");

        Assert.True(Inventory.Take(
            [new(LinkNoticeKind.Settings, eno1, Name("eno1")), new(LinkNoticeKind.Settings, veth, Name("veth0")),
                new(LinkNoticeKind.Queues, eno1, Name("eno1")), new(LinkNoticeKind.Settings, 99, Name("other"))],
            isWhole: true));

        Assert.Equal([News("eno1", DeviceNewsKind.Settings)], _news);
        Assert.Equal(2, device.TxQueues.Count);

        Inventory.Take([], isWhole: false);
        Assert.Equal(2, _news.Count);
    }

    [Fact]
    public void Notices_ThatWereLost_AreMadeUpForByALookAtEverything()
    {
        var eno1 = Links.Create("eno1", Parent);
        var eno2 = Links.Create("eno2", "pci0000:00/0000:02:00.0");
        FollowWithNews();
        Links.Delete(eno1);
        Links.Create("eno1", "pci0000:00/0000:03:00.0");
        Links.Rename(eno2, "lan0");
        Links.Set(Links.Create("eno3", "pci0000:00/0000:04:00.0"), "operstate", "up");
        Links.Lose();

        var open = Inventory.Open();

        Assert.Equal(["eno1", "eno3", "lan0"], open.All.Select(device => device.Name.ToString()));
        Assert.Equal("0000:03:00.0", open.All[0].Bus.ToString());
        Assert.Equal("up", open.All[1].Link.Operstate);
    }

    [Fact]
    public void Minute_WithoutANotice_EndsWithALook()
    {
        var eno1 = Links.Create("eno1", Parent);
        FollowWithNews();
        Links.Delete(eno1, isNotified: false);
        Assert.Equal(["eno1"], Names());

        Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Empty(Names());
    }

    [Fact]
    public void Doubt_LooksNow_ButNotAllTheTime()
    {
        var eno1 = Links.Create("eno1", Parent);
        FollowWithNews();
        Links.Delete(eno1, isNotified: false);

        Inventory.Doubt();
        Assert.Equal(["eno1"], Names());
        Clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Empty(Names());

        // A look ends the doubt.
        var eno2 = Links.Create("eno2", Parent);
        Assert.Equal(["eno2"], Names());
        Links.Delete(eno2, isNotified: false);
        Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(["eno2"], Names());
        Inventory.Doubt();
        Assert.Empty(Names());
    }

    [Fact]
    public void Failure_ThatLasts_IsNotLookedAtAllTheTime()
    {
        Links.Create("eno1", Parent);
        FollowWithNews();
        var (readNames, reads) = (Links.ReadNames, 0);
        Links.ReadNames = () =>
        {
            reads++;
            return null;
        };
        Links.Create("eno2", "pci0000:00/0000:02:00.0");
        using (var open = Inventory.Open())
            Assert.True(open.Failed);
        var first = reads;

        for (var use = 0; use < 10; use++)
            Inventory.Open().Dispose();
        Assert.Equal(first, reads);

        Links.ReadNames = readNames;
        Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(["eno1", "eno2"], Names());
    }

    [Fact]
    public void Notice_WithoutAChangeInSysfs_IsNewsOfTheSettings()
    {
        var index = Links.Create("eno1", Parent);
        FollowWithNews();

        Links.Notify(LinkNoticeKind.Changed, index);
        Inventory.Open();

        Assert.Equal([News("eno1", DeviceNewsKind.Settings)], _news);
    }

    [Fact]
    public void Queues_ThatCannotBeCounted_KeepTheirNumberAndAreReadAgain()
    {
        var index = Links.Create("eno1", Parent);
        FollowWithNews();
        var device = Assert.Single(Inventory.Open().All);
        var queues = Path.Combine(Links.Sysfs.Root, "class/net/eno1/queues");
        Directory.Delete(queues, recursive: true);
        // ELOOP, in place of EMFILE.
        File.CreateSymbolicLink(queues, "queues");
        Links.Notify(LinkNoticeKind.Queues, index);
        Inventory.Open();
        Assert.Equal(1, device.TxQueues.Count);

        File.Delete(queues);
        Links.Sysfs.Write("eno1", "queues/tx-0/tx_timeout", "0\n");
        Links.Sysfs.Write("eno1", "queues/tx-1/tx_timeout", "0\n");

        Assert.Equal(2, device.TxQueues.Count);
    }

    [Fact]
    public void Limit_AlsoBoundsTheDevicesThatAreOpenDuringALook()
    {
        Inventory = Make(new ExporterOptions
        {
            Collectors = new ExporterOptions().Collectors with { Enabled = [.. Collector.All] },
            Detection = new() { MaxDevices = 2 },
        });
        var most = 0;
        Links.Compare = _ =>
        {
            // Not GetFiles, which leaves out links to directories.
            most = int.Max(most, Directory.GetFileSystemEntries("/proc/self/fd").Count(link =>
                new FileInfo(link).LinkTarget?.StartsWith(Links.Sysfs.Root, StringComparison.Ordinal) == true));
            return LinkMatch.Same;
        };
        for (var i = 0; i < 20; i++)
            Links.Create($"veth{i:00}");
        FollowWithNews();

        Assert.Equal(["lo", "veth00"], Names());
        Assert.Equal(19, Inventory.Open().Dropped);
        // Those of the listing, those of the table, and the one that is looked at, each with its directory.
        Assert.InRange(most, 1, 10);
    }

    [Fact]
    public void Limit_WatchesHardwareFirst_AndTheNextWhenOneGoes()
    {
        Inventory = Make(new ExporterOptions
        {
            Collectors = new ExporterOptions().Collectors with { Enabled = [.. Collector.All] },
            Detection = new() { MaxDevices = 2 },
        });
        Links.Create("veth0");
        Links.Create("veth1");
        FollowWithNews();
        Assert.Equal(["lo", "veth0"], Names());
        Assert.Equal(1, Inventory.Open().Dropped);

        var eno1 = Links.Create("eno1", Parent);
        Assert.Equal(["eno1", "lo"], Names());
        Assert.Equal(2, Inventory.Open().Dropped);

        Links.Delete(eno1);
        Assert.Equal(["lo", "veth0"], Names());
        Assert.Equal(1, Inventory.Open().Dropped);
    }

    [Fact]
    public void Socket_ThatFails_EndsTheFollowing()
    {
        Links.Create("eno1", Parent);
        var feed = Links.Feed(Clock);
        var fails = false;
        Follow(feed with
        {
            Drain = notices => fails ? throw new LinuxException("recvfrom", "it", Errno.IO) : feed.Drain(notices),
        });
        fails = true;

        Assert.True(Inventory.HasFeed);
        Assert.Equal(["eno1"], Names());
        Assert.False(Inventory.IsFollowing);
        Assert.False(Inventory.HasFeed);
        Assert.Contains("recvfrom", Reasons[^1], StringComparison.Ordinal);
    }

    private void FollowWithNews()
    {
        Follow();
        Inventory.News += _news.Add;
    }

    private static DeviceNews News(string device, DeviceNewsKind kind) => new(Name(device), kind);
}
