using NicHangExporter.Linux.Link;
using NicHangExporter.Linux.Netlink;

namespace NicHangExporter.Tests.Metrics;

/// <summary>Whether sysfs shows the network namespace that the notifications are about.</summary>
public sealed class DeviceNamespaceTests : DeviceInventoryFixture
{
    [Fact]
    public void FirstProof_AsksTheKernelForNoName_ThatTheNamespaceLacks()
    {
        Links.ReadNames = () => [Name("lo"), Name("eth0")];
        Links.Compare = device => throw new InvalidOperationException($"{device.Name} is compared");
        for (var i = 0; i < 3; i++)
            Links.Create($"eno{i}", Parent);
        Follow();

        Assert.False(Inventory.IsFollowing);
        Assert.Equal(["eno0", "eno1", "eno2"], Names());
        Assert.Contains("another network namespace", Assert.Single(Reasons), StringComparison.Ordinal);
    }

    [Fact]
    public void Comparison_EndsAtTheFirstInterfaceOfAnotherNamespace()
    {
        var compared = 0;
        Links.Compare = _ =>
        {
            compared++;
            return LinkMatch.Different;
        };
        for (var i = 0; i < 3; i++)
            Links.Create($"eno{i}", Parent);
        Follow();

        Assert.False(Inventory.IsFollowing);
        Assert.Equal(1, compared);
    }

    [Fact]
    public void NewInterface_ThatTheNamespaceLacksStill_IsNotCompared()
    {
        Links.Create("eno1", Parent);
        Follow();
        Links.ReadNames = () => [Name("lo"), Name("eno1")];
        Links.Compare = device => device.Name.Is("eno1"u8) ? LinkMatch.Same : throw new InvalidOperationException();
        var eno2 = Links.Create("eno2", "pci0000:00/0000:02:00.0");
        Assert.Equal(["eno1"], Names());

        Links.ReadNames = () => [Name("lo"), Name("eno1"), Name("eno2")];
        Links.Compare = _ => LinkMatch.Same;
        Links.Notify(LinkNoticeKind.Changed, eno2);
        Assert.Equal(["eno1", "eno2"], Names());
    }

    [Fact]
    public void FirstProof_ThatFailsForAMoment_IsTriedAgainAfterAMinute()
    {
        Links.Create("eno1", Parent);
        var readNames = Links.ReadNames;
        Links.ReadNames = () => null;
        Follow();
        Assert.False(Inventory.IsFollowing);
        Assert.DoesNotContain("another", Assert.Single(Reasons), StringComparison.Ordinal);
        Links.ReadNames = readNames;
        Assert.Equal(["eno1"], Names());
        Assert.False(Inventory.IsFollowing);

        Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(["eno1"], Names());
        Assert.True(Inventory.IsFollowing);
        Assert.Null(Reasons[^1]);
    }

    [Fact]
    public void Sysfs_OfAnotherNamespace_IsListedAtEachUse()
    {
        Links.Compare = device => device.Name.Is("lo"u8) ? LinkMatch.Same : LinkMatch.Different;
        var eno1 = Links.Create("eno1", Parent);
        Follow();

        Assert.False(Inventory.IsFollowing);
        Links.Delete(eno1, isNotified: false);
        Assert.Empty(Names());
        Links.Create("eno2", Parent);
        Assert.Equal(["eno2"], Names());
        Assert.Contains("namespace", Assert.Single(Reasons), StringComparison.Ordinal);
    }

    [Fact]
    public void Sysfs_WithNothingButALoopback_IsFollowedFromTheFirstDeviceOn()
    {
        Follow();
        Assert.False(Inventory.IsFollowing);
        Assert.Empty(Reasons);

        Links.Create("eno1", Parent);

        Assert.Equal(["eno1"], Names());
        Assert.True(Inventory.IsFollowing);
        Assert.Null(Assert.Single(Reasons));
    }

    [Fact]
    public void Device_OfAnotherNamespaceThatAppearsLater_EndsTheFollowing()
    {
        Links.Create("eno1", Parent);
        Follow();
        Assert.True(Inventory.IsFollowing);
        Links.Compare = device => device.Name.Is("eno2"u8) ? LinkMatch.Different : LinkMatch.Same;

        Links.Create("eno2", "pci0000:00/0000:02:00.0");

        Assert.Equal(["eno1", "eno2"], Names());
        Assert.False(Inventory.IsFollowing);
        Assert.Equal(2, Reasons.Count);
    }

    [Fact]
    public void Device_ThatIsNotRegisteredYet_IsWatchedFromItsNotificationOn()
    {
        Links.Create("eno1", Parent);
        Follow();
        Links.Compare = device => device.Name.Is("eno2"u8) ? LinkMatch.Absent : LinkMatch.Same;
        var eno2 = Links.Create("eno2", "pci0000:00/0000:02:00.0");
        Links.Lose();
        Assert.Equal(["eno1"], Names());
        Links.Compare = _ => LinkMatch.Same;

        Links.Notify(LinkNoticeKind.Changed, eno2);

        Assert.Equal(["eno1", "eno2"], Names());
        Assert.True(Inventory.IsFollowing);
    }

    [Fact]
    public void Sysfs_WithNamesThatThisNamespaceLacks_IsListedAtEachUse()
    {
        Links.Compare = device => device.Name.Is("lo"u8) ? LinkMatch.Same : LinkMatch.Absent;
        Links.Create("eno1", Parent);
        Follow();

        Assert.False(Inventory.IsFollowing);
        Assert.Equal(["eno1"], Names());
        Assert.Single(Reasons);
    }
}
