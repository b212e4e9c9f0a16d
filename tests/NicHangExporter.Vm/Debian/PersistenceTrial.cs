namespace NicHangExporter.Vm.Debian;

/// <summary>Measures what an event leaves of the persisted setting: TSO and GSO off.</summary>
internal sealed class PersistenceTrial(DebianGuest guest, NetworkManager manager)
{
    private const string Find = $"NIC=$(ls /sys/bus/pci/devices/{DebianGuest.Bus}/net)";

    // Two seconds first: a manager that turns a feature on again does it after its command has returned. Then as long
    // as a manager needs to bring up a new NIC.
    private const string Look = $$"""
        udevadm settle; sleep 2
        for try in $(seq 30); do
            {{Find}} && [ "$(ethtool -k $NIC | grep -cE '^(tcp|generic)-segmentation-offload: off')" = 2 ] && exit
            sleep 0.5
        done
        exit 1
        """;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    /// <summary>The effect of each event, as in <c>EventEffect</c>.</summary>
    public async Task<SortedDictionary<string, string>> MeasureAsync()
    {
        var effects = new SortedDictionary<string, string>(StringComparer.Ordinal);
        await guest.RebootAsync();
        effects["boot"] = await IsOffAsync() ? "survives" : "lost";
        foreach (var (name, script) in manager.Events)
            effects[name] = await AfterAsync(script);
        return effects;
    }

    /// <summary>Both features are off now.</summary>
    public async Task<bool> IsOffAsync() => (await guest.Shell.RunAsync(Look)).ExitCode == 0;

    private async Task<string> AfterAsync(string script)
    {
        await guest.DoAsync($"{Find}; ethtool -K $NIC tso off gso off");
        await guest.DoAsync($"{Find}; {script}", Limit);
        var survives = await IsOffAsync();
        if (manager.Recover.Length > 0)
            await guest.DoAsync(manager.Recover, Limit);
        return survives ? "survives" : manager.Recover.Length > 0 && await IsOffAsync() ? "back_after_reload" : "lost";
    }
}
