using System.Globalization;

namespace NicHangExporter.Bench;

/// <summary>
/// The goals of the project for what the exporter costs, and what a run measured. The README has the table, so a row has
/// at most 120 columns.
/// </summary>
internal static class Goals
{
    /// <summary>The rows, in the order of the table.</summary>
    public static Goal[] Of(IReadOnlyDictionary<string, double> results)
    {
        return
        [
            new("CPU of a scrape, node_exporter ÷ ours, 1 / 10 / 100 devices", [40, 80, 150], true, "",
                Theirs("scrape", Server.Node, 1, 10, 100)),
            new("CPU of a scrape, its netlink mode ÷ ours, 1 / 10 / 100 / 1000", [10, 10, 10, 10], true, "",
                Theirs("scrape", Server.Netlink, 1, 10, 100, 1000)),
            new("CPU of a scrape, node_exporter ÷ ours, 1000 devices", [150], true, "",
                Theirs("scrape", Server.Node, 1000)),
            new("CPU of 15 s with a scrape, node_exporter ÷ ours, 1 / 10 / 100", [3, 10, 30], true, "",
                Theirs("quarter", Server.Node, 1, 10, 100)),
            new("CPU without scrapes, ours, 100 devices ÷ 1 device", [5], false, "",
                [Ratio("idle.100.installed", "idle.1.installed")]),
            new("RSS after 1000 scrapes, 10 devices, ours ÷ node_exporter", [1], false, "",
                [Ratio("rss.10.installed", "rss.10.node")]),
            new("size of the binary, ours ÷ node_exporter", [1.1], false, "", [Ratio("size.ours", "size.node")]),
            new("p99 of a scrape while RTNL is held for 60 s", [10], false, " ms", [Value("rtnl.p99")]),
            new("requests/s over 50 connections, 10 devices, ours ÷ node_exporter", [50], true, "",
                [Ratio("load.installed", "load.node")]),
            new("kernel log from a file, records/s, ours ÷ mtail", [25], true, "",
                [Ratio("kmsg.ours", "kmsg.mtail")]),
            new("VM: kernel's first line to first packet, median / worst of 10", [1.5, 2.5], false, " s",
                [Value("vm.median"), Value("vm.worst")], "bench/run --vm=FILE"),
            new("false remediations in 1,000,000 seeded histories and healthy VMs", [0], false, "",
                [Value("false-remediations")], "HISTORIES=1000000 dotnet test"),
        ];

        double?[] Theirs(string what, string peer, params int[] devices) =>
        [
            .. devices.Select(count => string.Create(CultureInfo.InvariantCulture, $"{what}.{count}"))
                .Select(key => Ratio($"{key}.{peer}", $"{key}.{Server.Installed}")),
        ];

        double? Ratio(string above, string below) => Value(above) / Value(below);

        double? Value(string key) => results.TryGetValue(key, out var value) ? value : null;
    }

    /// <summary>Prints the table.</summary>
    public static void Print(IReadOnlyDictionary<string, double> results)
    {
        const string Block = "goals";
        Page.Begin(Block, "");
        Console.WriteLine("| what | goal | measured | met |\n| --- | --: | --: | --- |");
        foreach (var goal in Of(results))
            Page.Row(goal.What, goal.Target, goal.Measured, goal.Met);
        Page.End(Block);
    }
}
