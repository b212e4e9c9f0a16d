using System.Globalization;
using System.Text.RegularExpressions;

namespace NicHangExporter.Vm.Machine;

/// <summary>What the NIC was like right after the kill.</summary>
/// <param name="Time">Of the kill, on the guest's clock.</param>
/// <param name="Tso">TSO was on.</param>
/// <param name="IsUp">The link was switched on.</param>
/// <param name="IsRunning">There was a carrier.</param>
/// <param name="CarrierChanges">How often the carrier had come or gone.</param>
internal sealed record KilledAt(TimeSpan Time, bool Tso, bool IsUp, bool IsRunning, int CarrierChanges);

/// <summary>Waits in the guest for a moment in which to kill the exporter, and says what it has met. It goes with the scenario, whether it has come to it or not.</summary>
internal sealed partial class ExporterKiller(GuestShell shell, string process) : IAsyncDisposable
{
    /// <summary>Where nic-fault writes to.</summary>
    public const string Log = "/run/killer.log";

    /// <summary>Waits for the kill.</summary>
    public async Task<KilledAt> KilledAsync()
    {
        var run = await Eventually.HoldsAsync("the exporter is killed", () => shell.RunAsync($"cat {Log}"), run => Told().IsMatch(run.Output), TimeSpan.FromMinutes(2));
        var told = Told().Match(run.Output).Groups;
        return new KilledAt(TimeSpan.FromSeconds(double.Parse(told["time"].Value, CultureInfo.InvariantCulture)), told["tso"].Value == "1", told["up"].Value == "1", told["running"].Value == "1",
            int.Parse(told["changes"].Value, CultureInfo.InvariantCulture));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await shell.EndAsync(process, "TERM");

    [GeneratedRegex(@"^(?<time>[0-9.]+) killed .* up=(?<up>\d) running=(?<running>\d) carrier_changes=(?<changes>\d+) tso=(?<tso>\d)$", RegexOptions.Multiline)]
    private static partial Regex Told();
}
