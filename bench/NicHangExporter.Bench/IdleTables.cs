using System.Globalization;

namespace NicHangExporter.Bench;

/// <summary>The tables of <see cref="IdleComparison"/>, with the numbers of devices as columns.</summary>
/// <param name="results">The results of the run.</param>
/// <param name="place">Paths of the programs, for their names.</param>
internal sealed class IdleTables(IReadOnlyDictionary<string, double> results, Place place)
{
    private static readonly int[] Devices = [1, 10, 100];

    // What wakes a thread of the exporter while it is idle.
    private static readonly (string Thread, string Wakes)[] Wakers =
    [
        ("monitor", "the sample each `hang.sample-interval`; the beat for systemd"),
        ("Kestrel Timer", "the heartbeat of each HTTP server, once a second"),
        ("ethtool", "the poll of what needs RTNL"),
        ("netlink", "notifications of the kernel"),
        ("kmsg", "records of the kernel log"),
        ("remediation", "the look every five seconds; requests; the ticks of a remediation that runs"),
        ("log", "messages of the exporter's log"),
        ("bundles", "a changed bundle"),
        (".NET Timer", "timers that are due"),
        (".NET TP Worker", "work of timers and requests"),
        (".NET TP Gate", "a thread pool with threads that wait"),
        (".NET Sockets", "requests"),
        (".NET Finalizer", "a collection"),
    ];

    /// <summary>Prints all.</summary>
    public void Print()
    {
        PrintWindow();
        PrintThreads();
    }

    private void PrintWindow()
    {
        const string Block = "idle";
        Page.Begin(Block, "CPU of 15 s with one scrape, and without scrapes");
        Page.Head(
        [
            "program", .. Columns("ms in 15 s with one scrape"), .. Columns("µs a second without scrapes"),
        ]);
        foreach (var server in Server.All(place))
            Page.Row(
            [
                server.Name, .. Row("quarter", server.Key, value => Page.Short(value / 1000)),
                .. Row("idle", server.Key, value => Page.Number(value)),
            ]);
        foreach (var (key, name) in new[]
        {
            (Sleeper.Wakes, "C: wakes once a second"),
            (Sleeper.Reads, "C: wakes once a second, reads /proc/net/dev"),
        })
            Page.Row([name, .. Devices.Select(_ => ""), .. Row("idle", key, value => Page.Number(value))]);
        Page.Row(
        [
            "node_exporter ÷ ours as installed",
            .. Row("quarter", Server.Node, Server.Installed), .. Devices.Select(_ => ""),
        ]);
        Page.Row(
        [
            "node_exporter by netlink ÷ ours as installed",
            .. Row("quarter", Server.Netlink, Server.Installed), .. Devices.Select(_ => ""),
        ]);
        Page.End(Block);
    }

    private void PrintThreads()
    {
        const string Block = "threads";
        const string End = ".us";
        var threads = results.Keys.Where(key => key.StartsWith("thread.", StringComparison.Ordinal))
            .Where(key => key.EndsWith(End, StringComparison.Ordinal))
            .Select(key => key[(key.IndexOf('.', "thread.".Length) + 1)..^End.Length]).Distinct()
            .Where(name => Devices.Any(count => Thread(count, name, "wakes") > 0))
            .OrderByDescending(name => Thread(Devices[^1], name, "us")).ToArray();
        Page.Begin(Block, "A minute without scrapes, by thread of the exporter as installed");
        Page.Row(["thread", "woken by", .. Columns("µs a second"), .. Columns("wake-ups a second")]);
        Console.WriteLine("|---|---|" + string.Concat(Enumerable.Repeat("--:|", 2 * Devices.Length)));
        foreach (var name in threads)
            Page.Row(
            [
                $"`{name}`", Wakers.FirstOrDefault(waker => waker.Thread == name).Wakes ?? "",
                .. Devices.Select(count => Page.Number(Thread(count, name, "us"), 1)),
                .. Devices.Select(count => Page.Number(Thread(count, name, "wakes"), 2)),
            ]);
        Page.Row(
        [
            "all threads that lived through the minute", "",
            .. Devices.Select(count => Page.Number(threads.Sum(name => Thread(count, name, "us")), 1)),
            .. Devices.Select(count => Page.Number(threads.Sum(name => Thread(count, name, "wakes")), 2)),
        ]);
        Page.Row(
        [
            "the process", "", .. Row("idle", Server.Installed, value => Page.Number(value, 1)),
            .. Devices.Select(_ => ""),
        ]);
        Page.End(Block);
    }

    // The first heading names the quantity.
    private static IEnumerable<string> Columns(string what) => Devices.Select((count, index) =>
        index == 0 ? $"{what}: {Place.Of(count)}" : string.Create(CultureInfo.InvariantCulture, $"{count}"));

    private double Thread(int devices, string name, string unit) =>
        results.GetValueOrDefault(string.Create(CultureInfo.InvariantCulture, $"thread.{devices}.{name}.{unit}"));

    private IEnumerable<string> Row(string what, string server, Func<double, string> text) => Devices.Select(count =>
        Value(what, count, server) is { } value ? text(value) : "");

    private IEnumerable<string> Row(string what, string above, string below) => Devices.Select(count =>
        Value(what, count, above) / Value(what, count, below) is { } ratio ? Page.Short(ratio) : "");

    private double? Value(string what, int devices, string server) =>
        results.TryGetValue(
            string.Create(CultureInfo.InvariantCulture, $"{what}.{devices}.{server}"), out var value) ? value : null;
}
