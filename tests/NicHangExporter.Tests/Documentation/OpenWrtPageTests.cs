using NicHangExporter.Persistence;
using NicHangExporter.Tests.Setup;

namespace NicHangExporter.Tests.Documentation;

/// <summary>The hotplug file of the guide for OpenWrt guests is what the program would write.</summary>
public sealed class OpenWrtPageTests
{
    [Fact]
    public void HotplugFile_IsThatOfTheProgram()
    {
        using var host = new SetupHost();
        host.AddNic("eth0", "virtio1", "virtio_net", subsystem: "virtio");
        host.Write("etc/openwrt_release", "DISTRIB_ID='OpenWrt'\n");
        host.Write("usr/sbin/ethtool", "");
        Directory.CreateDirectory(host.File("etc/hotplug.d/net"));
        var root = HostRoot.From(host.Paths);

        var plan = PersistencePlanner.Plan(root, new PersistenceRequest(HostNic.Find(root, "eth0"),
            ["tx-generic-segmentation", "tx-tcp-segmentation", "tx-tcp6-segmentation"], null, null, null));

        var script = plan.Content[plan.Content.IndexOf("(\n", StringComparison.Ordinal)..];
        var page = new Document("docs/how-to/openwrt.md").Text;
        var shown = page.Split("```sh\n")[1].Split("```")[0];
        Assert.Equal(script.Split('\n').Order(), shown.Split('\n').Order());
    }
}
