using Microsoft.Extensions.Logging.Abstractions;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Metrics;

/// <summary>The devices of a network namespace of the test's own, as the running kernel notifies them.</summary>
public sealed class DeviceWatcherLiveTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly NetworkNamespace _namespace = new();
    private readonly NamespaceSysfs _sysfs;
    private readonly DeviceInventory _inventory;
    private readonly DeviceWatcher _watcher;
    private readonly List<DeviceNews> _news = [];

    public DeviceWatcherLiveTests()
    {
        _sysfs = new NamespaceSysfs(_namespace);
        _inventory = new DeviceInventory(
            new NetClass(_sysfs.Root),
            new ExporterOptions
            {
                Collectors = new ExporterOptions().Collectors with { Enabled = [.. Collector.All] },
                Detection = new() { MaxDevices = 1000 },
            });
        _watcher = new DeviceWatcher(_inventory, TimeProvider.System, NullLogger<DeviceWatcher>.Instance);
        _inventory.News += Add;
    }

    public void Dispose()
    {
        _watcher.Dispose();
        _inventory.Dispose();
        _sysfs.Dispose();
        _namespace.Dispose();
    }

    [Fact]
    public void Device_CreatedRenamedAndDeleted_IsInTheNextResult()
    {
        Start();
        Assert.Equal(["lo", "veth0", "veth1"], Names());

        _namespace.AddPair("late0", "late1");
        Assert.Equal(["late0", "late1", "lo", "veth0", "veth1"], Names());

        Ip("link", "set", "late0", "name", "renamed0");
        Assert.Equal(["late1", "lo", "renamed0", "veth0", "veth1"], Names());

        Ip("link", "delete", "late1");
        Assert.Equal(["lo", "veth0", "veth1"], Names());
    }

    [Fact]
    public void Link_ChangedInAnyWay_IsInTheNextResult()
    {
        Start();
        var device = _inventory.Open().All[1];
        Assert.Equal("down", device.Link.Operstate);

        Ip("link", "set", "veth0", "mtu", "1400");
        _inventory.Open();
        Assert.Contains(1400ul, device.Link.Values.Select(value => value ?? 0));

        Ip("link", "set", "veth0", "up");
        Ip("link", "set", "veth1", "up");
        Eventually(() => device.Link.Operstate == "up");
        Eventually(() => News().Contains(new DeviceNews(device.Name, DeviceNewsKind.LinkUp)));

        Ip("link", "set", "veth1", "down");
        Eventually(() => device.Link.Operstate == "lowerlayerdown");
        Assert.True(device.Link.CarrierChanges >= 2);
        Assert.Same(device, _inventory.Open().All[1]);
    }

    [Fact]
    public void Feature_Switched_IsNewsWithoutAnyCall()
    {
        Requires.Program("ethtool");
        Start();
        _namespace.AddPair("late0", "late1");

        // The thread may still be asking for the family. Each switch is news once it has joined the group.
        var on = false;
        Assert.True(
            SpinWait.SpinUntil(
                () =>
                {
                    _namespace.Execute("ethtool", "-K", "late0", "tso", on ? "on" : "off").Succeeded();
                    on = !on;
                    return News().Exists(news =>
                        news.Kind == DeviceNewsKind.Settings && news.Device.ToString() == "late0");
                }, Limit),
            "no news of the feature");
    }

    [Fact]
    public void Flood_OfComingAndGoingDevices_EndsWithWhatIsThereAndNoDescriptor()
    {
        Start();
        _namespace.Execute(
            "sh", "-c",
            "for i in $(seq 1 400); do echo link add f$i type veth peer name g$i; "
            + "test $i -gt 20 && echo link delete f$((i - 20)); done | ip -batch -").Succeeded();

        List<string> expected = ["lo", "veth0", "veth1",
            .. Enumerable.Range(381, 20).SelectMany(i => new[] { $"f{i}", $"g{i}" })];
        expected.Sort(StringComparer.Ordinal);
        Assert.Equal(expected, Names());
        // Not GetFiles, which leaves out links to directories.
        var open = Directory.GetFileSystemEntries("/proc/self/fd").Count(link =>
            new FileInfo(link).LinkTarget is { } target
            && target.Contains("/net/", StringComparison.Ordinal)
            && target.Split('/')[^1] is ['f' or 'g', >= '0' and <= '9', ..]);
        Assert.True(_inventory.IsFollowing);
        Assert.Equal(40, open);
    }

    [Fact]
    public void Sysfs_OfAnotherNamespace_IsNotFollowed()
    {
        using var other = new NetworkNamespace();
        other.AddPair("other0", "other1");
        _ = other.Inside(() =>
        {
            _watcher.Start();
            return true;
        });

        Assert.False(_inventory.IsFollowing);
        Assert.Equal(["lo", "veth0", "veth1"], Names());
        _namespace.AddPair("late0", "late1");
        Assert.Equal(["late0", "late1", "lo", "veth0", "veth1"], Names());
    }

    private void Start()
    {
        _ = _namespace.Inside(() =>
        {
            _watcher.Start();
            return true;
        });
        Assert.True(_inventory.IsFollowing);
    }

    private List<string> Names()
    {
        using var open = _inventory.Open();
        return [.. open.All.Select(device => device.Name.ToString())];
    }

    // By the thread of the watcher: nothing here takes a notification.
    private static void Eventually(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, Limit));

    private void Ip(params string[] arguments) => _namespace.Execute("ip", arguments).Succeeded();

    private void Add(DeviceNews news)
    {
        lock (_news)
            _news.Add(news);
    }

    private List<DeviceNews> News()
    {
        lock (_news)
            return [.. _news];
    }
}
