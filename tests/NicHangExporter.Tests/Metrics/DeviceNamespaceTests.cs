using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Link;
using NicHangExporter.Linux.Netlink;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Metrics;
using NicHangExporter.Options;

namespace NicHangExporter.Tests.Metrics;

/// <summary>Whether sysfs shows the network namespace that the notifications are about.</summary>
public sealed class DeviceNamespaceTests : IDisposable
{
    private const string Parent = "pci0000:00/0000:00:1f.6";

    private readonly FakeLinks _links = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly List<string?> _ways = [];
    private readonly DeviceInventory _inventory;

    public DeviceNamespaceTests() =>
        _inventory = new DeviceInventory(new NetClass(_links.Sysfs.Root), new ExporterOptions());

    public void Dispose()
    {
        _inventory.Dispose();
        _links.Dispose();
    }

    [Fact]
    public void FirstProof_AsksTheKernelForNoName_ThatTheNamespaceLacks()
    {
        _links.ReadNames = () => [Name("lo"), Name("eth0")];
        _links.Compare = device => throw new InvalidOperationException($"{device.Name} is compared");
        for (var i = 0; i < 3; i++)
            _links.Create($"eno{i}", Parent);
        Follow();

        Assert.False(_inventory.IsFollowing);
        Assert.Equal(["eno0", "eno1", "eno2"], Names());
        Assert.Contains("another network namespace", Assert.Single(_ways), StringComparison.Ordinal);
    }

    [Fact]
    public void Comparison_EndsAtTheFirstInterfaceOfAnotherNamespace()
    {
        var compared = 0;
        _links.Compare = _ =>
        {
            compared++;
            return LinkMatch.Different;
        };
        for (var i = 0; i < 3; i++)
            _links.Create($"eno{i}", Parent);
        Follow();

        Assert.False(_inventory.IsFollowing);
        Assert.Equal(1, compared);
    }

    [Fact]
    public void NewInterface_ThatTheNamespaceLacksStill_IsNotCompared()
    {
        _links.Create("eno1", Parent);
        Follow();
        _links.ReadNames = () => [Name("lo"), Name("eno1")];
        _links.Compare = device => device.Name.Is("eno1"u8) ? LinkMatch.Same : throw new InvalidOperationException();
        var eno2 = _links.Create("eno2", "pci0000:00/0000:02:00.0");
        Assert.Equal(["eno1"], Names());

        _links.ReadNames = () => [Name("lo"), Name("eno1"), Name("eno2")];
        _links.Compare = _ => LinkMatch.Same;
        _links.Notify(LinkNoticeKind.Changed, eno2);
        Assert.Equal(["eno1", "eno2"], Names());
    }

    [Fact]
    public void FirstProof_ThatFailsForAMoment_IsTriedAgainAfterAMinute()
    {
        _links.Create("eno1", Parent);
        var readNames = _links.ReadNames;
        _links.ReadNames = () => null;
        Follow();
        Assert.False(_inventory.IsFollowing);
        Assert.DoesNotContain("another", Assert.Single(_ways), StringComparison.Ordinal);
        _links.ReadNames = readNames;
        Assert.Equal(["eno1"], Names());
        Assert.False(_inventory.IsFollowing);

        _clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(["eno1"], Names());
        Assert.True(_inventory.IsFollowing);
        Assert.Null(_ways[^1]);
    }

    [Fact]
    public void Sysfs_OfAnotherNamespace_IsListedAtEachUse()
    {
        _links.Compare = device => device.Name.Is("lo"u8) ? LinkMatch.Same : LinkMatch.Different;
        var eno1 = _links.Create("eno1", Parent);
        Follow();

        Assert.False(_inventory.IsFollowing);
        _links.Delete(eno1, isNotified: false);
        Assert.Empty(Names());
        _links.Create("eno2", Parent);
        Assert.Equal(["eno2"], Names());
        Assert.Contains("namespace", Assert.Single(_ways), StringComparison.Ordinal);
    }

    [Fact]
    public void Sysfs_WithNothingButALoopback_IsFollowedFromTheFirstDeviceOn()
    {
        Follow();
        Assert.False(_inventory.IsFollowing);
        Assert.Empty(_ways);

        _links.Create("eno1", Parent);

        Assert.Equal(["eno1"], Names());
        Assert.True(_inventory.IsFollowing);
        Assert.Null(Assert.Single(_ways));
    }

    [Fact]
    public void Device_OfAnotherNamespaceThatAppearsLater_EndsTheFollowing()
    {
        _links.Create("eno1", Parent);
        Follow();
        Assert.True(_inventory.IsFollowing);
        _links.Compare = device => device.Name.Is("eno2"u8) ? LinkMatch.Different : LinkMatch.Same;

        _links.Create("eno2", "pci0000:00/0000:02:00.0");

        Assert.Equal(["eno1", "eno2"], Names());
        Assert.False(_inventory.IsFollowing);
        Assert.Equal(2, _ways.Count);
    }

    [Fact]
    public void Device_ThatIsNotRegisteredYet_IsWatchedFromItsNotificationOn()
    {
        _links.Create("eno1", Parent);
        Follow();
        _links.Compare = device => device.Name.Is("eno2"u8) ? LinkMatch.Absent : LinkMatch.Same;
        var eno2 = _links.Create("eno2", "pci0000:00/0000:02:00.0");
        _links.Lose();
        Assert.Equal(["eno1"], Names());
        _links.Compare = _ => LinkMatch.Same;

        _links.Notify(LinkNoticeKind.Changed, eno2);

        Assert.Equal(["eno1", "eno2"], Names());
        Assert.True(_inventory.IsFollowing);
    }

    [Fact]
    public void Sysfs_WithNamesThatThisNamespaceLacks_IsListedAtEachUse()
    {
        _links.Compare = device => device.Name.Is("lo"u8) ? LinkMatch.Same : LinkMatch.Absent;
        _links.Create("eno1", Parent);
        Follow();

        Assert.False(_inventory.IsFollowing);
        Assert.Equal(["eno1"], Names());
        Assert.Single(_ways);
    }

    private void Follow()
    {
        _inventory.FollowingChanged += _ways.Add;
        _inventory.Follow(_links.Feed(_clock));
    }

    private List<string> Names()
    {
        using var open = _inventory.Open();
        Assert.False(open.Failed);
        return [.. open.All.Select(device => device.Name.ToString())];
    }

    private static InterfaceName Name(string name) =>
        InterfaceName.TryParse(name, out var parsed) ? parsed : throw new ArgumentException(name);
}
