using NicHangExporter.Persistence;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Persistence;

/// <summary>
/// Where udev is installed, its own parsers read the generated files, in a network namespace with a veth. Without udev,
/// the golden files and <see cref="UdevRuleTests"/> hold their form.
/// </summary>
public sealed class UdevadmTests : IDisposable
{
    private readonly HostTree _host = Hosts.Create("plain");
    private readonly TemporaryDirectory _directory = new();

    public void Dispose()
    {
        _host.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("eth9")]
    [InlineData("$(id)")]
    [InlineData("-rf")]
    public void Rules_InsertTheName(string name)
    {
        // The veth has no bus address.
        var rules = _host.Plan(PersistenceWay.Udev, "eee pause rx-gro").Content
            .Replace("KERNELS==\"0000:00:1f.6\"", "KERNELS==\"?*\"", StringComparison.Ordinal);

        if (Run(name, rules, "udevadm test --action=add \"/sys/class/net/$1\"") is not { } output)
            return;

        Assert.Equal(
            [
                "run: '/bin/sh -c 'set -f; if /usr/sbin/ethtool --show-eee $INTERFACE | grep -q status:.*enabled; "
                + "then /usr/sbin/ethtool --set-eee $INTERFACE eee off; fi''",
                "run: '/bin/sh -c 'set -f; if /usr/sbin/ethtool -a $INTERFACE | grep -q X:.*on; "
                + "then /usr/sbin/ethtool -A $INTERFACE autoneg off rx off tx off; fi''",
                $"run: '/usr/sbin/ethtool -K {name} rx-gro off'",
            ],
            output.Split('\n').Where(line => line.Contains("/ethtool ", StringComparison.Ordinal)
                && line.StartsWith("run: ", StringComparison.Ordinal)));
    }

    [Fact]
    public void LinkFile_IsParsedWithoutWarning()
    {
        var settings = string.Join(' ', LinkKeys.All.Select(row => row.Setting)
            .Where(setting => !setting.StartsWith(LinkKeys.TransmitChecksumPrefix, StringComparison.Ordinal)));
        var plan = _host.Plan(PersistenceWay.Link, settings);
        var text = plan.Content.Replace("Path=pci-0000:00:1f.6", "OriginalName=eth9", StringComparison.Ordinal);

        if (Run("eth9", text, "SYSTEMD_LOG_LEVEL=debug udevadm test-builtin net_setup_link \"/sys/class/net/$1\"")
            is not { } output)
            return;

        Assert.Contains("98-nic-hang-exporter.link is applied", output, StringComparison.Ordinal);
        Assert.DoesNotContain("98-nic-hang-exporter.link:", output, StringComparison.Ordinal);
    }

    // Null without udev. Nothing is changed outside the namespaces.
    private string? Run(string name, string content, string command)
    {
        if (Requires.Find("udevadm") is not { } udevadm)
            return null;
        Requires.Root();
        File.WriteAllText(_directory.File("content"), content);
        File.WriteAllText(_directory.File("script"), $"""
            set -e
            mount -t sysfs none /sys
            mount -t tmpfs none /run
            mkdir -p /run/udev/data /run/udev/rules.d /run/systemd/network
            cp "{_directory.File("content")}" /run/udev/rules.d/90-nic-hang-exporter.rules
            cp "{_directory.File("content")}" /run/systemd/network/98-nic-hang-exporter.link
            ip link add name "$1" type veth peer name peer0
            PATH="$PATH:{Path.GetDirectoryName(udevadm)}"
            {command} 2>&1

            """);
        return Execution.Of("unshare", "--net", "--mount", "sh", _directory.File("script"), name).Succeeded();
    }
}
