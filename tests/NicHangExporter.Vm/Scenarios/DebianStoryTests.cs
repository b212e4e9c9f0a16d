using System.Diagnostics;
using NicHangExporter.Vm.Debian;

namespace NicHangExporter.Vm.Scenarios;

/// <summary>The life of the package on a host like Proxmox VE's, from the installation to the purge.</summary>
[Collection(typeof(DebianGuests))]
public sealed class DebianStoryTests
{
    // The drop-in of the file that pins the name. A file of its own would replace that file, and the bridge would have
    // no port.
    private const string Persisted = "/etc/systemd/network/50-pmx-nic0.link.d/90-nic-hang-exporter.conf";

    private const string Setup = $"setup --yes --mode=enforce --device={DebianGuest.Bus} --persist";

    // Proves: a fresh host is protected by two commands. Its NIC hangs and is healed without a network, the settings
    // are persisted, and after a reboot without the package the NIC has sent no TSO segment. Installed again, "setup
    // --undo" takes the settings back, and the purge leaves the host as it was. The NIC keeps the name that Proxmox VE
    // has pinned, and its bridge.
    [Fact]
    public async Task Host_FromInstallationToPurge_IsProtectedAndThenAsBefore()
    {
        await using var guest = await DebianGuest.BootAsync(NetworkManager.ProxmoxVe);
        Say($"booted in {guest.BootTime.TotalSeconds:0} s");
        var before = await FileListing.ReadAsync(guest);
        await IsOnItsBridgeAsync(guest);
        await guest.LoadAsync();
        Assert.True(await guest.TsoSegmentsAsync() > 0);

        var exporter = await InstallAsync(guest);
        try
        {
            await IsConfinedAsync(guest, exporter);
            await HealsAsync(guest, exporter);
            await IsKeptRunningAsync(guest, exporter);
            await IsProtectedWithoutThePackageAsync(guest);
            await UndoAsync(guest);
        }
        finally
        {
            if (!guest.Shell.IsLost)
                Say(await exporter.LogAsync());
        }
        await guest.DoAsync("dpkg --remove nic-hang-exporter && dpkg --purge nic-hang-exporter");
        FileListing.AreEqual(before, await FileListing.ReadAsync(guest));
    }

    private static async Task<InstalledExporter> InstallAsync(DebianGuest guest)
    {
        // The build of the package is not a part of the time.
        _ = ExporterPackage.Path;
        var clock = Stopwatch.StartNew();
        var exporter = await InstalledExporter.InstallAsync(guest);
        await exporter.ReadyAsync();
        // The installation alone changes no device.
        var metrics = await Eventually.HoldsAsync("the remediator has started", exporter.ScrapeAsync,
            now => now.Of("nichang_remediation_mode").Count > 0);
        Assert.Equal(1, metrics["nichang_remediation_mode", ("trigger", "local"), ("mode", "off")]);
        (await exporter.CommandAsync(Setup)).Succeeded();
        await exporter.ReadyAsync();
        Say(FormattableString.Invariant($"from dpkg -i to protected: {clock.Elapsed.TotalSeconds:0.0} s"));
        Assert.Equal("active", await exporter.PropertyAsync("ActiveState"));
        return exporter;
    }

    private static async Task IsConfinedAsync(DebianGuest guest, InstalledExporter exporter)
    {
        var exposure = await exporter.ExposureAsync();
        Say($"exposure {exposure}");
        Assert.InRange(exposure, 0, 2);
        var process = await exporter.PropertyAsync("MainPID");
        Assert.NotEqual("0", (await guest.DoAsync($"stat -c %u /proc/{process}")).Trim());
        Assert.Equal(1, (await exporter.ScrapeAsync())["nichang_kmsg_state", ("state", "reading")]);
    }

    private static async Task HealsAsync(DebianGuest guest, InstalledExporter exporter)
    {
        await using var probe = new HostProbe(guest.Ports.Web);
        await probe.UpAsync();
        await using var fault = await guest.Nic.HangWhileAsync("tso");
        await probe.DownAsync();
        await exporter.OutcomeAsync("healed");
        await probe.UpAsync();
        Say($"the host: {probe}");
        Assert.NotEmpty(await guest.KernelLogAsync("Detected Hardware Unit Hang"));
        await Eventually.HoldsAsync("the settings are persisted", exporter.ScrapeAsync, metrics => metrics.Of(
            "nichang_persisted", ("device", guest.Device), ("manager", "ifupdown2")) is [{ Value: 1 }],
            TimeSpan.FromMinutes(2));
        Say((await exporter.CommandAsync("persist --show")).Succeeded());
        Assert.Equal(Persisted, await PersistedAsync(guest));
    }

    private static async Task IsKeptRunningAsync(DebianGuest guest, InstalledExporter exporter)
    {
        var process = await exporter.PropertyAsync("MainPID");
        await guest.DoAsync($"kill -KILL {process}");
        await exporter.RestartedAsync(process, TimeSpan.FromMinutes(1));
        await exporter.ReadyAsync();
        process = await exporter.PropertyAsync("MainPID");
        await guest.DoAsync($"kill -STOP {process}");
        await exporter.RestartedAsync(process, TimeSpan.FromMinutes(3));
        await exporter.ReadyAsync();
        await guest.DoAsync($"systemctl stop {InstalledExporter.Unit}");
        Assert.Equal("success", await exporter.PropertyAsync("Result"));
    }

    private static async Task IsProtectedWithoutThePackageAsync(DebianGuest guest)
    {
        await guest.DoAsync("dpkg --remove nic-hang-exporter");
        Assert.Equal(Persisted, await PersistedAsync(guest));
        await guest.RebootAsync();
        Assert.Equal("", (await guest.Shell.RunAsync("command -v nic-hang-exporter")).Output);
        await IsOnItsBridgeAsync(guest);
        await guest.LoadAsync();
        Assert.Equal("off", await guest.Nic.FeatureAsync("tcp-segmentation-offload"));
        Assert.Equal(0, await guest.TsoSegmentsAsync());
    }

    private static async Task UndoAsync(DebianGuest guest)
    {
        var exporter = await InstalledExporter.InstallAsync(guest);
        await exporter.ReadyAsync();
        Say((await exporter.CommandAsync("setup --undo")).Succeeded());
        Assert.Equal("", await PersistedAsync(guest));
        await guest.RebootAsync();
        await IsOnItsBridgeAsync(guest);
        await guest.LoadAsync();
        Assert.Equal("on", await guest.Nic.FeatureAsync("tcp-segmentation-offload"));
        Assert.True(await guest.TsoSegmentsAsync() > 0);
    }

    // The NIC at the bus address has the pinned name and is the port of the bridge, which answers from outside.
    private static async Task IsOnItsBridgeAsync(DebianGuest guest)
    {
        Assert.Equal("nic0", (await guest.DoAsync($"ls /sys/bus/pci/devices/{DebianGuest.Bus}/net")).Trim());
        Assert.Equal("nic0", (await guest.DoAsync("ls /sys/class/net/vmbr0/brif")).Trim());
        await using var probe = new HostProbe(guest.Ports.Web);
        await probe.UpAsync();
    }

    private static async Task<string> PersistedAsync(DebianGuest guest) => (await guest.DoAsync(
        "find /etc/systemd/network /etc/udev /etc/network -name '*nic-hang-exporter*' -type f")).Trim();

    private static void Say(string line) => TestContext.Current.TestOutputHelper!.WriteLine(line);
}
