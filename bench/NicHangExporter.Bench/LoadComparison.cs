using System.Diagnostics;

namespace NicHangExporter.Bench;

/// <summary>
/// Requests per second over parallel connections, each of which asks again as soon as it has its answer. The client is
/// on the same cores; its part of the CPU is in the table.
/// </summary>
internal static class LoadComparison
{
    private const string Block = "load";
    private const int Connections = 50;
    private const int Rounds = 3;
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan BetweenFrames = TimeSpan.FromMilliseconds(5);

    public static async Task RunAsync(Place place)
    {
        using var traffic = new Traffic(place);
        var results = place.Results("load");
        var peers = Server.Start(place, warmUp: 20, Server.Installed, Server.Node, Server.Netlink);
        var runs = peers.Select(_ => new List<Pass>()).ToArray();
        for (var round = 1; round <= Rounds; round++)
        {
            await Console.Error.WriteLineAsync($"{Connections} connections, round {round} of {Rounds}");
            for (var i = 0; i < peers.Length; i++)
                runs[i].Add(await MeasureAsync(peers[i], traffic));
        }

        Page.Begin(Block, $"{Connections} connections, {place.Title}");
        Page.Head(
            "program", "requests a second", "ours as installed ÷ it", "p50 ms", "p99 ms", "its CPU, cores",
            "the client's CPU, cores");
        var own = runs[0].Select(pass => pass.PerSecond).Median();
        foreach (var (peer, passes) in peers.Zip(runs))
        {
            var perSecond = passes.Select(pass => pass.PerSecond).Median();
            Page.Row(
                peer.Server.Name, Page.Number(perSecond), Page.Short(own / perSecond),
                Page.Number(passes.Select(pass => pass.Median).Median(), 2),
                Page.Number(passes.Select(pass => pass.Worst).Median(), 2),
                Page.Number(passes.Select(pass => pass.Cores).Median(), 2),
                Page.Number(passes.Select(pass => pass.ClientCores).Median(), 2));
            results.Add($"load.{peer.Server.Key}", perSecond);
            peer.Dispose();
        }
        Page.End(Block);
    }

    private static async Task<Pass> MeasureAsync(Peer peer, Traffic traffic)
    {
        var connections = Enumerable.Range(0, Connections).Select(_ => new HttpConnection(peer.Server.Port)).ToArray();
        var (cpu, client) = (peer.Cpu, Environment.CpuUsage.TotalTime);
        var start = Stopwatch.GetTimestamp();
        var clients = connections.Select(connection => Task.Factory.StartNew(
            () => Ask(connection, start), CancellationToken.None, TaskCreationOptions.LongRunning,
            TaskScheduler.Default)).ToArray();
        var answers = Task.WhenAll(clients);
        await traffic.SendUntilAsync(answers, BetweenFrames);
        var milliseconds = (await answers).SelectMany(times => times).ToArray();
        var elapsed = Stopwatch.GetElapsedTime(start);
        foreach (var connection in connections)
            connection.Dispose();
        return new Pass(
            milliseconds.Length / elapsed.TotalSeconds, milliseconds.Median(), milliseconds.Percentile(0.99),
            (peer.Cpu - cpu) / elapsed, (Environment.CpuUsage.TotalTime - client) / elapsed);
    }

    // Each connection completes its last request, and the rate is of all requests until the last answer.
    private static List<double> Ask(HttpConnection connection, long start)
    {
        var milliseconds = new List<double>();
        do
        {
            var sent = Stopwatch.GetTimestamp();
            connection.Get(Request.Plain);
            milliseconds.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
        }
        while (Stopwatch.GetElapsedTime(start) < Turn);
        return milliseconds;
    }

    /// <summary>One turn of one peer.</summary>
    /// <param name="PerSecond">Requests per second of all connections.</param>
    /// <param name="Median">The median of the time of a request, in ms.</param>
    /// <param name="Worst">Its 99th percentile, in ms.</param>
    /// <param name="Cores">CPU time of the server per second.</param>
    /// <param name="ClientCores">CPU time of this process per second.</param>
    private readonly record struct Pass(
        double PerSecond, double Median, double Worst, double Cores, double ClientCores);
}
