using NicHangExporter.Linux;
using NicHangExporter.Linux.Link;
using NicHangExporter.Linux.Netlink;
using NicHangExporter.Metrics;
using NicHangExporter.Tests.Metrics;

namespace NicHangExporter.Tests.Remediation;

/// <summary>How often the status of remediation is built on a host on which nothing happens.</summary>
public sealed class QuietStatusTests : IDisposable
{
    private readonly FixtureHost _host = new();
    private readonly List<LinkNotice> _waiting = [];

    public QuietStatusTests()
    {
        _host.AddNic();
        _host.AddNic("eno3", "pci0000:00/0000:03:00.0");
        _host.Sysfs.Write("eno3", "ifindex", "4\n");
    }

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Status_WithoutASign_IsBuiltEachMinute()
    {
        Follow();
        _host.Open();
        _host.Live(10);
        var before = _host.Remediator.Devices;
        Assert.Equal(2, before.Length);

        _host.Live(45);
        Assert.True(before == _host.Remediator.Devices);

        _host.Live(20);
        Assert.False(before == _host.Remediator.Devices);
    }

    [Fact]
    public async Task KillSwitchFile_IsNoticedWithinFiveSeconds()
    {
        _host.Configure(options => options with
        {
            Remediation = options.Remediation with { DisableFile = _host.Directory.File("disable") },
        });
        Follow();
        _host.Open();
        _host.Live(120);
        Assert.Equal(0, await _host.ValueAsync("nichang_remediation_paused"));

        File.WriteAllText(_host.Options.Remediation.DisableFile, "");
        _host.Live(5.25);

        Assert.Equal(1, await _host.ValueAsync("nichang_remediation_paused"));
    }

    [Fact]
    public void Device_ThatComes_IsInTheStatusWithinFiveSecondsOfItsNotification()
    {
        Follow();
        _host.Open();
        _host.Live(10);

        _host.AddNic("eno2", "pci0000:00/0000:00:1f.7");
        _host.Sysfs.Write("eno2", "ifindex", "3\n");
        Assert.True(InterfaceName.TryParse("eno2", out var name));
        _waiting.Add(new LinkNotice(LinkNoticeKind.Changed, 3, name));
        _host.Live(5);

        Assert.Equal(["eno1", "eno2", "eno3"], _host.Remediator.Devices.Select(device => device.Device));
    }

    private void Follow()
    {
        _host.Inventory.Follow(new DeviceFeed(
            Drain, () => FakeLinks.NamesIn(_host.Options.Paths.Sysfs), _ => LinkMatch.Same, _host.Clock));
        Assert.True(_host.Inventory.IsFollowing);
    }

    private bool Drain(List<LinkNotice> notices)
    {
        notices.AddRange(_waiting);
        _waiting.Clear();
        return true;
    }
}
