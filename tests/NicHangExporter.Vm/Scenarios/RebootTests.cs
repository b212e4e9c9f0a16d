namespace NicHangExporter.Vm.Scenarios;

/// <summary>The machine goes down in between: what was decided is on its disk.</summary>
[Collection(typeof(FirstGuest))]
public sealed class RebootTests
{
    // Proves: a reboot neither forgets the cool-down nor the setting that was decided; a machine that was off has not cooled.
    [Fact]
    public async Task Reboot_InTheMiddleOfACoolDown_KeepsItAndTheSetting()
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
            // It is not asked to end: it goes with the machine.
            var exporter = await GuestExporter.StartAsync(guest, options, "/state/exporter");
            (await exporter.CommandAsync("remediate eno1 --features tso")).Succeeded();
            left = await exporter.CooldownAsync("eno1");
            Assert.InRange(left, 3500, 3600);
            // -f: without a word to anybody, as whoever has lost patience with a machine does it.
            await guest.RebootAsync();
        }
        await using (var guest = await Guest.BootAsync(new GuestOptions { Disk = disk }))
        {
            var eno1 = new GuestNic(guest, "eno1");
            Assert.Equal("on", await eno1.FeatureAsync("tcp-segmentation-offload"));
            await using var exporter = await GuestExporter.StartAsync(guest, options, "/state/exporter");

            await Eventually.HoldsAsync("what was decided is so again", () => eno1.FeatureAsync("tcp-segmentation-offload"), value => value == "off");
            await exporter.OutcomeAsync("eno1", "applied", count: 2);
            var answer = await exporter.CommandAsync("remediate eno1 --features tx");

            Assert.Contains("DECLINED (cooldown)", answer.Output, StringComparison.Ordinal);
            Assert.InRange(await exporter.CooldownAsync("eno1"), left - 120, left);
            var boots = (await exporter.JournalAsync()).Select(entry => entry.Text("boot")).Distinct();
            Assert.Equal(2, boots.Count());
        }
    }
}
