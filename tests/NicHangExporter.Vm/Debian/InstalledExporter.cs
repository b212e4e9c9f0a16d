using System.Globalization;
using System.Text.Json;

namespace NicHangExporter.Vm.Debian;

/// <summary>The exporter in a Debian guest, installed from its package. All is asked over the serial port.</summary>
internal sealed class InstalledExporter(DebianGuest guest)
{
    public const string Unit = "nic-hang-exporter.service";

    /// <summary>Installs the package as an administrator does.</summary>
    public static async Task<InstalledExporter> InstallAsync(DebianGuest guest)
    {
        var package = await guest.PutAsync(ExporterPackage.Path);
        await guest.DoAsync($"dpkg -i {package}");
        return new InstalledExporter(guest);
    }

    /// <summary>Runs a command of its command line.</summary>
    public Task<GuestRun> CommandAsync(string words) => guest.Shell.RunAsync($"nic-hang-exporter {words}");

    /// <summary>A property of its unit.</summary>
    public async Task<string> PropertyAsync(string name) =>
        (await guest.DoAsync($"systemctl show --property={name} --value {Unit}")).Trim();

    /// <summary>The exposure of its unit as systemd rates it: 0 is confined, 10 is not.</summary>
    public async Task<double> ExposureAsync() => double.Parse(
        (await guest.DoAsync($"systemd-analyze security --no-pager {Unit} | grep -oE 'Overall exposure.*: [0-9.]+'"))
        .Trim().Split(' ')[^1], CultureInfo.InvariantCulture);

    /// <summary>The current metrics.</summary>
    public async Task<Scrape> ScrapeAsync() =>
        Scrape.Parse(await guest.DoAsync("busybox wget -q -O - http://127.0.0.1:19642/metrics"));

    /// <summary>Waits until it serves its metrics.</summary>
    public Task ReadyAsync() => Eventually.HoldsAsync("the exporter is ready",
        () => guest.Shell.RunAsync("busybox wget -q -O /dev/null http://127.0.0.1:19642/-/ready"),
        run => run.ExitCode == 0, TimeSpan.FromMinutes(1));

    /// <summary>Waits for an outcome of a remediation of the NIC with a verdict, and returns it.</summary>
    public async Task<JsonElement> OutcomeAsync(string verdict) => (await Eventually.HoldsAsync(
        $"outcome {verdict}", () => OutcomesAsync(verdict), outcomes => outcomes.Count > 0,
        TimeSpan.FromMinutes(4)))[0];

    /// <summary>Waits until its unit runs with another process than this one.</summary>
    public Task RestartedAsync(string process, TimeSpan limit) => Eventually.HoldsAsync(
        $"the unit runs with another process than {process}", () => guest.DoAsync(
            $"systemctl show --property=MainPID,ActiveState,SubState --value {Unit} | tr '\\n' ' '"),
        state => state.Split(' ') is [var now, "active", "running", ..] && now != process, limit);

    /// <summary>Its log of all boots.</summary>
    public Task<string> LogAsync() =>
        guest.DoAsync($"journalctl --unit={Unit} --unit='nic-hang-exporter-persist@*' --output=short-monotonic");

    private async Task<List<JsonElement>> OutcomesAsync(string verdict) =>
    [
        .. (await guest.Shell.RunAsync("cat /var/lib/nic-hang-exporter/journal.jsonl")).Output.Split('\n').SkipLast(1)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Where(entry => entry.Text("event") == "outcome" && entry.Text("verdict") == verdict),
    ];
}
