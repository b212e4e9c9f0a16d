using System.Diagnostics;
using System.Globalization;

namespace NicHangExporter.Bench;

/// <summary>
/// Compares one full scrape with node_exporter. The programs take turns, so that a machine that slows down affects all
/// of them. The median of the turns counts.
/// </summary>
internal static class ScrapeComparison
{
    private const int Rounds = 3;

    public static void Run(Place place, string floor)
    {
        // With a thousand devices, one scrape of node_exporter takes more than a second.
        var isMany = place.Devices > 100;
        var turn = TimeSpan.FromSeconds(isMany ? 2.5 : 1);
        // All programs answer as many before their memory is read. With many devices node_exporter would need minutes
        // for a thousand.
        var forMemory = place.Devices <= 10 ? 1000 : isMany ? 10 : 100;
        var peers = Server.Start(
            place, forMemory, Server.Installed, Server.Everything, Server.Node, Server.Netlink);
        foreach (var peer in peers)
            peer.Settle();
        var memory = peers.ToDictionary(peer => peer, peer => peer.ResidentMebibytes);
        var all = Cores.Allowed();
        var one = all.Last();
        using var traffic = new Traffic(place);
        ScrapeTally[] tallies =
        [
            .. peers.Select(peer => new ScrapeTally(peer, peer.Server.Name, Request.Plain, traffic, one)),
            .. peers.Where(peer => peer.Server.Key is Server.Installed or Server.Node)
                .Select(peer => new ScrapeTally(
                    peer, peer.Server.Name + ", as Prometheus asks (gzip)", Request.Prometheus, traffic, one)),
            .. peers.Where(peer => peer.Server.Key is not Server.Everything)
                .Select(peer => new ScrapeTally(
                    peer, peer.Server.Name + ", on any core", Request.Plain, traffic, all)),
        ];
        var scrapes = peers.ToDictionary(peer => peer, _ => forMemory);
        var floors = new List<(double Sysfs, double Procfs)>();
        foreach (var tally in tallies)
            tally.Weigh();
        for (var round = 1; round <= Rounds; round++)
        {
            Console.Error.WriteLine($"scrape, {Place.Of(place.Devices)}, round {round} of {Rounds}");
            foreach (var tally in tallies)
                scrapes[tally.Peer] += tally.Measure(turn);
            one.PinCaller();
            floors.Add(Floor(floor));
        }
        Print(place, tallies, forMemory, memory, scrapes,
            floors.Select(pass => pass.Sysfs).Median(), floors.Select(pass => pass.Procfs).Median());
        foreach (var peer in peers)
            peer.Dispose();
    }

    private static (double Sysfs, double Procfs) Floor(string program)
    {
        using var process = Process.Start(new ProcessStartInfo(program) { RedirectStandardOutput = true })!;
        var numbers = process.StandardOutput.ReadToEnd().Split(' ')
            .Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        process.WaitForExit();
        return (numbers[0], numbers[1]);
    }

    private static void Print(
        Place place, ScrapeTally[] tallies, int forMemory, Dictionary<Peer, double> memory,
        Dictionary<Peer, int> scrapes, double sysfs, double procfs)
    {
        var results = place.Results("scrape");
        var block = string.Create(CultureInfo.InvariantCulture, $"scrape-{place.Devices}");
        var own = tallies[0].Microseconds;
        Page.Begin(block, $"Scrape, {place.Title}");
        Page.Head(
            "program", "samples", "kB", "CPU µs a scrape", "÷ ours as installed", "p50 ms", "p99 ms",
            string.Create(CultureInfo.InvariantCulture, $"RSS MiB after {forMemory} scrapes"),
            "RSS MiB at the end (after scrapes)");
        foreach (var tally in tallies)
        {
            var isPlain = tally.Name == tally.Peer.Server.Name;
            var ours = tallies.First(other => other.Cores == tally.Cores).Microseconds;
            Page.Row(
                tally.Name, isPlain ? Page.Number(tally.Samples) : "", Page.Number(tally.Bytes / 1000.0),
                Page.Number(tally.Microseconds), Page.Short(tally.Microseconds / ours),
                Page.Number(tally.Percentile(0.5), 2), Page.Number(tally.Percentile(0.99), 2),
                isPlain ? Page.Number(memory[tally.Peer], 1) : "",
                isPlain ? $"{Page.Number(tally.Peer.ResidentMebibytes, 1)} ({Page.Number(scrapes[tally.Peer])})" : "");
            if (!isPlain)
                continue;
            results.Add($"scrape.{place.Devices}.{tally.Peer.Server.Key}", tally.Microseconds);
            results.Add($"rss.{place.Devices}.{tally.Peer.Server.Key}", memory[tally.Peer]);
        }
        Page.Row("C: one read of /proc/net/dev", "", "", Page.Number(procfs), Page.Short(procfs / own), "", "", "", "");
        Page.Row(
            "C: a file of sysfs for each value", "", "", Page.Number(sysfs), Page.Short(sysfs / own), "", "", "", "");
        Page.End(block);
    }
}
