using NicHangExporter.Linux.Netlink;
using NicHangExporter.Linux.Uapi;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Linux.Tests.Netlink;

/// <summary>The notifications of the running kernel about interfaces in a namespace of the test's own.</summary>
public sealed class LinkNotificationsLiveTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly NetworkNamespace _namespace = new();
    private readonly LinkNotifications _notifications;

    public LinkNotificationsLiveTests() =>
        _notifications = _namespace.Inside(() => LinkNotifications.TryOpen(out _))!;

    public void Dispose()
    {
        _notifications.Dispose();
        _namespace.Dispose();
    }

    [Fact]
    public void Link_CreatedRenamedChangedAndDeleted_IsSaidEachTime()
    {
        Assert.Empty(Drain());

        _namespace.AddPair("late0", "late1");
        var created = Drain();
        var index = created.Single(notice => notice.Name.ToString() == "late0").Index;
        Assert.Contains(created, notice => notice.Name.ToString() == "late1");

        Assert.Contains(Changed("renamed0"), After("link", "set", "late0", "name", "renamed0"));
        Assert.Contains(Changed("renamed0"), After("link", "set", "renamed0", "mtu", "1400"));
        Assert.Contains(Changed("renamed0"), After("link", "set", "renamed0", "up"));
        Assert.Contains(Changed("renamed0"), After("link", "set", "renamed0", "down"));
        var deleted = After("link", "delete", "renamed0");
        Assert.Contains(Changed("renamed0") with { Kind = LinkNoticeKind.Removed }, deleted);
        Assert.Equal(2, deleted.Count(notice => notice.Kind == LinkNoticeKind.Removed));

        LinkNotice Changed(string name) =>
            new(LinkNoticeKind.Changed, index, InterfaceName.TryParse(name, out var parsed) ? parsed : default);
    }

    [Fact]
    public void Feature_Switched_IsSaidByEthtool()
    {
        Requires.Program("ethtool");
        Requires.That(_namespace.Inside(_notifications.TryJoinEthtool), "needs the family ethtool (Linux 5.6)");
        var notices = new List<LinkNotice>();
        Assert.True(_notifications.DrainSettings(notices));
        Assert.Empty(notices);

        _namespace.Execute("ethtool", "-K", "veth0", "tso", "off").Succeeded();

        _notifications.Wait();
        Assert.True(_notifications.DrainSettings(notices));
        Assert.Contains(
            notices, notice => notice is { Kind: LinkNoticeKind.Settings } && notice.Name.ToString() == "veth0");
    }

    [Fact]
    public void Flood_ThatIsNotTaken_IsAnOverrunAndThenGoesOn()
    {
        // Without waiting: each change of the MTU is a notification.
        _namespace.Execute(
            "sh", "-c", "for i in $(seq 1 1500); do echo link set veth0 mtu $((1000 + i % 400)); done | ip -batch -")
            .Succeeded();
        var notices = new List<LinkNotice>();

        Assert.False(_notifications.DrainLinks(notices));
        Assert.True(_notifications.DrainLinks(notices));
        Assert.NotEmpty(After("link", "set", "veth0", "mtu", "1500"));
    }

    [Fact]
    public void Datagram_OfAnotherProcess_IsIgnored()
    {
        using var sender = _namespace.Inside(() =>
            NetlinkSocket.TryOpen(NetlinkNumbers.Route, 0, out var opened) == Errno.None ? opened : null)!;
        using var receiver = _namespace.Inside(() =>
            NetlinkSocket.TryOpen(NetlinkNumbers.Route, RouteNumbers.LinkGroup, out var opened) == Errno.None
                ? opened : null)!;
        // Root may send to the group of links, under its own port.
        Assert.Equal(Errno.None, sender.TrySendTo(
            RouteNumbers.LinkGroup,
            File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "fixtures", "netlink-delete.raw"))));

        Assert.Equal(NetlinkReadStatus.NothingNow, receiver.Read(new byte[8192], out _));
        Assert.Empty(Drain());
    }

    [Fact]
    public async Task Wait_EndsWithANotification_OrWhenItIsWoken()
    {
        var waiting = Task.Run(_notifications.Wait, TestContext.Current.CancellationToken);
        _namespace.AddPair("late0", "late1");
        await waiting.WaitAsync(Limit, TestContext.Current.CancellationToken);
        Drain();

        waiting = Task.Run(_notifications.Wait, TestContext.Current.CancellationToken);
        _notifications.Wake();
        await waiting.WaitAsync(Limit, TestContext.Current.CancellationToken);
        _notifications.Rest(Limit);
    }

    private List<LinkNotice> After(params string[] arguments)
    {
        _namespace.Execute("ip", arguments).Succeeded();
        return Drain();
    }

    private List<LinkNotice> Drain()
    {
        var notices = new List<LinkNotice>();
        Assert.True(_notifications.DrainLinks(notices));
        return notices;
    }
}
