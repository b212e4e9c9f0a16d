using NicHangExporter.Hosting;
using NicHangExporter.Linux.Link;
using NicHangExporter.Linux.Netlink;
using NicHangExporter.Metrics;
using NicHangExporter.Remediation;
using NicHangExporter.Tests.Metrics;
using NicHangExporter.Tests.Remediation.Faults;

namespace NicHangExporter.Tests.Hosting;

/// <summary>What the kernel notifies of a device makes its settings be read, and drift be corrected.</summary>
public sealed class SettingsWatchTests : IDisposable
{
    private readonly FaultScene _scene = new();
    private readonly List<LinkNotice> _waiting = [];

    public SettingsWatchTests()
    {
        _scene.Add("eno2", "0000:00:1f.7");
        _scene.Open();
        Assert.Equal(RemediationVerdict.Applied, _scene.Ask(_scene.Request("tso")).Verdict);
        _scene.Host.Inventory.Follow(new DeviceFeed(
            Drain, () => FakeLinks.NamesIn(_scene.Host.Options.Paths.Sysfs), _ => LinkMatch.Same, _scene.Host.Clock));
        _scene.Host.Poller.Poll();
        _scene.Nic.Operations.Clear();
        new SettingsWatch(_scene.Host.Inventory, _scene.Host.Poller, _scene.Host.Remediator).Start();
    }

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void LinkUp_ReadsTheSettingsAndCorrectsDrift()
    {
        SetOperstate("down");
        Notify(LinkNoticeKind.Changed);
        Assert.Equal(["eno1"], Requested());
        // As e1000e does at link-up.
        _scene.Nic.Request("tx-tcp-segmentation", on: true);
        SetOperstate("up");

        Notify(LinkNoticeKind.Changed);

        Assert.Equal(["eno1"], Requested());
        _scene.Live(1);
        Assert.False(_scene.Nic.IsRequested("tx-tcp-segmentation"));
    }

    [Fact]
    public void Settings_OfTheDevice_AreReadAndDriftIsCorrected()
    {
        _scene.Nic.Request("tx-tcp-segmentation", on: true);

        Notify(LinkNoticeKind.Settings);

        Assert.Equal(["eno1"], Requested());
        _scene.Live(1);
        Assert.False(_scene.Nic.IsRequested("tx-tcp-segmentation"));
    }

    [Fact]
    public void LinkDown_CorrectsNoDrift()
    {
        _scene.Nic.Request("tx-tcp-segmentation", on: true);
        SetOperstate("down");

        Notify(LinkNoticeKind.Changed);

        _scene.Live(1);
        Assert.True(_scene.Nic.IsRequested("tx-tcp-segmentation"));
    }

    [Fact]
    public void Settings_OfADeviceWithoutDecisions_AreReadAndNoDriftIsLookedFor()
    {
        _scene.Nic.Request("tx-tcp-segmentation", on: true);

        _waiting.Add(new LinkNotice(LinkNoticeKind.Settings, 3, _scene.Host.Ethtool.Nics[1].Interface));
        _scene.Host.Inventory.Open();

        Assert.Equal(["eno2"], Requested());
        _scene.Live(1);
        Assert.True(_scene.Nic.IsRequested("tx-tcp-segmentation"));
    }

    private void SetOperstate(string value) => _scene.Host.Sysfs.Write("eno1", "operstate", value + "\n");

    private void Notify(LinkNoticeKind kind)
    {
        _waiting.Add(new LinkNotice(kind, 2, _scene.Nic.Interface));
        _scene.Host.Inventory.Open();
    }

    private List<string> Requested() =>
        [.. _scene.Host.Poller.Schedule.TakeRequested(out _).Select(device => device.ToString())];

    private bool Drain(List<LinkNotice> notices)
    {
        notices.AddRange(_waiting);
        _waiting.Clear();
        return true;
    }
}
