using System.Diagnostics;
using NicHangExporter.Vm.Debian;

namespace NicHangExporter.Vm.Scenarios;

/// <summary>The life of the package on a host like Proxmox VE's, from the installation to the purge.</summary>
[Collection(typeof(DebianGuests))]
public sealed class DebianStoryTests
{
    private const string Setup = $"setup --yes --mode=enforce --device={DebianGuest.Bus} --persist";

    // Proves: a fresh host is protected by two commands. Its NIC hangs and is healed without a network, the settings
    // are persisted, and after a reboot without the daemon the NIC has sent no TSO segment. "setup --undo" and the
    // purge leave the host as it was.
    [Fact]
    public async Task Host_FromInstallationToPurge_IsProtectedAndThenAsBefore()
    {
        await using var guest = await DebianGuest.BootAsync(NetworkManager.Ifupdown2);
        Say($"booted in {guest.BootTime.TotalSeconds:0} s");
        var before = await FileListing.ReadAsync(guest);
        await using (var probe = new HostProbe(guest.Ports.Web))
            await probe.UpAsync();
        await guest.LoadAsync();
        Assert.True(await guest.TsoSegmentsAsync() > 0);

        var exporter = await InstallAsync(guest);
        try
        {
            await IsConfinedAsync(guest, exporter);
            await HealsAsync(guest, exporter);
            await IsKeptRunningAsync(guest, exporter);
            await IsProtectedWithoutTheDaemonAsync(guest);
            await UndoAsync(guest, exporter);
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
        var metrics = await exporter.ScrapeAsync();
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
            "nichang_persisted", ("device", DebianGuest.Device), ("manager", "ifupdown2")) is [{ Value: 1 }]);
        Say((await exporter.CommandAsync("persist --show")).Succeeded());
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

    private static async Task IsProtectedWithoutTheDaemonAsync(DebianGuest guest)
    {
        await guest.DoAsync($"systemctl mask {InstalledExporter.Unit}");
        await guest.RebootAsync();
        Assert.Equal(
            "inactive", (await guest.Shell.RunAsync($"systemctl is-active {InstalledExporter.Unit}")).Output.Trim());
        await guest.LoadAsync();
        Assert.Equal("off", await guest.Nic.FeatureAsync("tcp-segmentation-offload"));
        Assert.Equal(0, await guest.TsoSegmentsAsync());
        await guest.DoAsync($"systemctl unmask {InstalledExporter.Unit}");
    }

    private static async Task UndoAsync(DebianGuest guest, InstalledExporter exporter)
    {
        (await exporter.CommandAsync("setup --undo")).Succeeded();
        await guest.RebootAsync();
        await guest.LoadAsync();
        Assert.Equal("on", await guest.Nic.FeatureAsync("tcp-segmentation-offload"));
        Assert.True(await guest.TsoSegmentsAsync() > 0);
    }

    private static void Say(string line) => TestContext.Current.TestOutputHelper!.WriteLine(line);
}
