using NicHangExporter.Vm.Debian;

namespace NicHangExporter.Vm.Scenarios;

/// <summary>What persisted settings survive under each network manager, without the daemon.</summary>
[Collection(typeof(DebianGuests))]
public sealed class DebianPersistenceTests
{
    public static TheoryData<string> Managers => [.. NetworkManagers.All.Keys];

    // Proves: for each way of each manager, the measured effects of a reboot, of a restart of the manager, of a new
    // driver and of the other events are those of the exporter's table, and an unpersisted setting is gone after a
    // reboot.
    [Theory]
    [MemberData(nameof(Managers))]
    [Trait(Extent.Name, Extent.Whole)]
    public async Task PersistedSettings_SurviveWhatTheTableSays(string name)
    {
        var manager = NetworkManagers.All[name];
        await using var guest = await DebianGuest.BootAsync(manager);
        var exporter = await InstalledExporter.InstallAsync(guest);
        await guest.DoAsync($"systemctl disable --now {InstalledExporter.Unit}");
        var trial = new PersistenceTrial(guest, manager);
        foreach (var way in manager.Ways)
        {
            (await exporter.CommandAsync($"persist {DebianGuest.Bus} --profile segmentation --via {way}")).Succeeded();
            var effects = await trial.MeasureAsync();
            TestContext.Current.TestOutputHelper!.WriteLine(
                string.Join('\n', effects.Select(effect => $"{name} {way} {effect.Key}: {effect.Value}")));
            new MeasuredEffects(manager).Check(way, effects);
            await guest.LoadAsync();

            (await exporter.CommandAsync($"unpersist {DebianGuest.Bus}")).Succeeded();
            await guest.RebootAsync();
            Assert.Equal("on", await guest.Nic.FeatureAsync("tcp-segmentation-offload"));
        }
    }
}
