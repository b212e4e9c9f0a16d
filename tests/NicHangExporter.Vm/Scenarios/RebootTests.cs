using System.Globalization;

namespace NicHangExporter.Vm.Scenarios;

/// <summary>The machine goes down in between: decisions are on its disk.</summary>
[Collection(typeof(FirstGuest))]
public sealed class RebootTests
{
    // Proves: a power cut after a hang was healed loses neither the cool-down nor the decided setting. The cool-down
    // does not run while a machine is off.
    [Fact]
    public async Task PowerCut_InTheMiddleOfACoolDown_KeepsItAndTheSetting()
    {
        Requires.Program("mkfs.ext4");
        using var directory = new TemporaryDirectory();
        var disk = directory.File("disk");
        await using (var file = File.Create(disk))
            file.SetLength(64L << 20);
        Execution.Of("mkfs.ext4", "-q", disk).Succeeded();
        string[] options = ["--remediation.local=enforce", "--remediation.cooldown=1h"];
        double left;

        await using (var guest = await Guest.BootAsync(new GuestOptions { Disk = disk }))
        {
            var eno1 = new GuestNic(guest, "eno1");
            await using var probe = new HostProbe(guest.Ports.Eno1Web);
            await probe.UpAsync();
            // It is not stopped: it ends with the machine.
            var exporter =
                await GuestExporter.StartAsync(guest, [.. options, .. GuestExporter.Window(8)], "/state/exporter");
            await eno1.HangAsync();
            await exporter.OutcomeAsync("eno1", "healed");
            await probe.UpAsync();
            Assert.NotEmpty(guest.Log.Of("eno1", "Detected Hardware Unit Hang"));
            left = await exporter.CooldownAsync("eno1");
            Assert.InRange(left, 3500, 3600);
            // What is not on the disk by now is lost: no process of the guest is notified.
            await guest.CutPowerAsync();
        }
        // Like two hours without power, twice the cool-down.
        await using (
            var guest = await Guest.BootAsync(new GuestOptions { Disk = disk, ClockAhead = TimeSpan.FromHours(2) }))
        {
            Assert.InRange(
                long.Parse(await guest.Shell.DoAsync("date +%s"),
                    CultureInfo.InvariantCulture) - DateTimeOffset.UtcNow.ToUnixTimeSeconds(), 7000, 7300);
            var eno1 = new GuestNic(guest, "eno1");
            Assert.Equal("on", await eno1.FeatureAsync("tcp-segmentation-offload"));
            await using var probe = HostProbe.OfNeighbour(guest.Ports.Eno1Web);
            await probe.UpAsync();
            var (links, up) = (await eno1.CarrierChangesAsync(), probe.Now);
            await using var exporter = await GuestExporter.StartAsync(guest, options, "/state/exporter");

            await Eventually.HoldsAsync(
                "what was decided is so again", () =>
                    eno1.FeatureAsync("tcp-segmentation-offload"), value => value == "off");
            await exporter.OutcomeAsync("eno1", "applied");
            var answer = await exporter.CommandAsync("remediate eno1 --features tx");

            Assert.Contains("DECLINED (cooldown)", answer.Output, StringComparison.Ordinal);
            Assert.InRange(await exporter.CooldownAsync("eno1"), left - 120, left);
            Assert.Equal(2, (await exporter.JournalAsync()).Select(entry => entry.Text("boot")).Distinct().Count());
            // The NIC works, so nothing was done that would cost the link.
            Assert.Equal(links, await eno1.CarrierChangesAsync());
            Assert.Empty(guest.Log.Of("eno1", "Detected Hardware Unit Hang"));
            Assert.True(probe.Misses(up) == 0, $"{probe}");
        }
    }
}
