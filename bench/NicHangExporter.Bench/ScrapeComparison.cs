using System.Diagnostics;
using System.Globalization;

namespace NicHangExporter.Bench;

/// <summary>
/// Compares one full scrape with node_exporter, in the network namespace of this process. The programs take turns, so
/// that a machine that slows down affects all of them.
/// </summary>
internal static class ScrapeComparison
{
    private const int Rounds = 4;
    private const int WarmUp = 20;
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);

    // Enough for a heap to reach its final size. With many devices node_exporter would need minutes for more.
    private static int ScrapesForMemory(int devices) => devices <= 10 ? 1000 : 100;

    public static async Task RunAsync(string devices, string exporter, string nodeExporter, string floor)
    {
        var count = int.Parse(devices, CultureInfo.InvariantCulture);
        string[] families = ["--collector.disable-defaults", "--collector.netclass", "--collector.netdev"];
        using var ours = new Peer("nic-hang-exporter", 19100, exporter,
            "--web.listen-address=127.0.0.1:19100",
            "--collector.virtual",
            "--collector.features=all",
            "--collector.eee",
            "--collector.pause",
            "--collector.rings",
            "--log.level=warn");
        using var node = new Peer(
            "node_exporter", 19101, nodeExporter,
            ["--web.listen-address=127.0.0.1:19101", "--collector.ethtool", .. families]);
        using var netlink = new Peer("node_exporter, netlink, no ethtool", 19102, nodeExporter,
            [
                "--web.listen-address=127.0.0.1:19102",
                "--collector.netclass.netlink",
                "--collector.netdev.netlink",
                .. families,
            ]);
        ScrapeTally[] tallies = [new(ours), new(node), new(netlink)];
        foreach (var tally in tallies)
        {
            await tally.Peer.WaitAsync();
            await tally.WarmUpAsync(WarmUp);
        }
        var floors = new List<double>();
        for (var round = 1; round <= Rounds; round++)
        {
            await Console.Error.WriteLineAsync($"{devices} devices, round {round} of {Rounds}");
            foreach (var tally in tallies)
                await tally.MeasureAsync(Turn);
            floors.Add(Floor(floor));
        }
        foreach (var tally in tallies)
            await tally.CompleteAsync(ScrapesForMemory(count));
        var before = tallies.Select(tally => tally.Peer.Cpu).ToArray();
        await Task.Delay(Idle);
        foreach (var (tally, cpu) in tallies.Zip(before))
            tally.IdleMicroseconds = (tally.Peer.Cpu - cpu).TotalMicroseconds / Idle.TotalSeconds;
        Print(devices, tallies, floors.Average());
    }

    private static double Floor(string program)
    {
        using var process = Process.Start(new ProcessStartInfo(program) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return double.Parse(output, CultureInfo.InvariantCulture);
    }

    private static void Print(string devices, ScrapeTally[] tallies, double floor)
    {
        var own = tallies[0].Microseconds;
        Console.WriteLine($"\n### Scrape, {devices} device{(devices == "1" ? "" : "s")} and lo\n");
        Console.WriteLine(
            "| program | samples | kB | CPU µs a scrape | ratio to ours | p50 ms | p99 ms | RSS MiB idle → after "
            + "scrapes | CPU µs a second, unasked |");
        Console.WriteLine("|---|--:|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var tally in tallies)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {tally.Peer.Name} | {tally.Samples} | {tally.Bytes / 1000.0:F0} | {tally.Microseconds:F0} | "
                + $"{tally.Microseconds / own:F2} | {tally.Percentile(0.5):F2} | {tally.Percentile(0.99):F2} | "
                + $"{tally.IdleMebibytes:F0} → {tally.LoadedMebibytes:F0} ({tally.Scrapes}) | "
                + $"{tally.IdleMicroseconds:F0} |"));
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| the same reads of sysfs in C | | | {floor:F0} | {floor / own:F2} | | | | |"));
    }
}
