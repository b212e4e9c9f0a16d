using System.Diagnostics;
using System.Globalization;

namespace NicHangExporter.Bench;

/// <summary>
/// Scrapes while another process holds RTNL, the kernel's lock of the network configuration, like a driver that is
/// stuck in a reset. node_exporter, which needs RTNL, is asked once: its answer proves that the lock was held.
/// </summary>
internal static class RtnlComparison
{
    private const string Block = "rtnl";
    private static readonly TimeSpan Free = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    public static async Task RunAsync(Place place, TimeSpan hold, string holder)
    {
        var peers = Server.Start(place, warmUp: 20, Server.Installed, Server.Node);
        using var own = peers[0];
        using var node = peers[1];
        using var traffic = new Traffic(place);
        var before = await ScrapeAsync(own, traffic, Free);
        await Console.Error.WriteLineAsync($"RTNL is held for {hold.TotalSeconds} s");
        // It releases the lock when its input is closed, and also if this process ends.
        using var process = Process.Start(new ProcessStartInfo(
            holder, [((hold + Free).TotalMilliseconds).ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        if (await process.StandardOutput.ReadLineAsync() != "held")
            throw new InvalidOperationException($"{holder} does not hold RTNL");
        var start = Stopwatch.GetTimestamp();
        var other = Task.Factory.StartNew(
            () =>
            {
                node.WarmUp(1);
                return Stopwatch.GetElapsedTime(start);
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var during = await ScrapeAsync(own, traffic, hold);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        var answer = await other;
        if (answer < hold)
            throw new InvalidOperationException($"RTNL was not held: node_exporter answered after {answer}");

        Page.Begin(Block, string.Create(
            CultureInfo.InvariantCulture, $"A scrape while RTNL is held for {hold.TotalSeconds} s, {place.Title}"));
        Page.Head("program", "scrapes", "p50 ms", "p99 ms", "max ms");
        Row("nic-hang-exporter, as installed, before", before);
        Row("nic-hang-exporter, as installed, while RTNL is held", during);
        Row("node_exporter, while RTNL is held", [answer.TotalMilliseconds]);
        Page.End(Block);
        place.Results("rtnl").Add("rtnl.p99", during.Percentile(0.99));
    }

    private static void Row(string name, List<double> milliseconds) => Page.Row(
        name, Page.Number(milliseconds.Count), Page.Number(milliseconds.Median(), 2),
        Page.Number(milliseconds.Percentile(0.99), 2), Page.Number(milliseconds.Max(), 2));

    private static async Task<List<double>> ScrapeAsync(Peer peer, Traffic traffic, TimeSpan length)
    {
        var milliseconds = new List<double>();
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < length)
        {
            traffic.Send();
            var sent = Stopwatch.GetTimestamp();
            peer.Scrape(Request.Plain);
            milliseconds.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            await Task.Delay(Pause);
        }
        return milliseconds;
    }
}
