namespace NicHangExporter.Bench;

/// <summary>
/// Measures the CPU time of a minute without scrapes, by thread for this exporter, and of 15 s with one scrape in the
/// middle, with frames over all devices. All programs run at the same time: they wait most of it. The report prints the
/// tables.
/// </summary>
internal static class IdleComparison
{
    /// <summary>
    /// Time until the exporter does only what it does without scrapes. It may poll ethtool more often for two intervals
    /// of 15 s after a scrape, and threads of its pool end 20 s after their last work.
    /// </summary>
    public static readonly TimeSpan Settle = TimeSpan.FromSeconds(32);

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(15);

    private const int Windows = 3;
    private static readonly TimeSpan BetweenFrames = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Minute = TimeSpan.FromSeconds(60);

    /// <summary>Runs it.</summary>
    /// <param name="place">Paths and the number of devices.</param>
    /// <param name="floor">Path of the C program.</param>
    public static async Task RunAsync(Place place, string floor)
    {
        var results = place.Results("idle");
        var peers =
            Server.Start(place, warmUp: 20, Server.Installed, Server.Everything, Server.Node, Server.Netlink);
        using var waking = new Sleeper(floor, Sleeper.Wakes);
        using var reading = new Sleeper(floor, Sleeper.Reads);
        Sleeper[] sleepers = [waking, reading];
        await Console.Error.WriteLineAsync($"idle, {Place.Of(place.Devices)}: a minute without scrapes");
        await Task.Delay(Settle);
        var idle = peers.Select(peer => peer.Cpu).ToArray();
        var asleep = sleepers.Select(sleeper => sleeper.Cpu).ToArray();
        var own = new ThreadTimes(peers[0].Id);
        await Task.Delay(Minute);
        var threads = own.Since().ToArray();
        foreach (var (sleeper, before) in sleepers.Zip(asleep))
            results.Add(
                $"idle.{place.Devices}.{sleeper.Key}", (sleeper.Cpu - before).TotalMicroseconds / Minute.TotalSeconds);
        foreach (var (peer, before) in peers.Zip(idle))
            results.Add(
                $"idle.{place.Devices}.{peer.Server.Key}", (peer.Cpu - before).TotalMicroseconds / Minute.TotalSeconds);
        foreach (var (name, microseconds, wakes) in threads)
        {
            results.Add($"thread.{place.Devices}.{name}.us", microseconds / Minute.TotalSeconds);
            results.Add($"thread.{place.Devices}.{name}.wakes", wakes / Minute.TotalSeconds);
        }

        using var traffic = new Traffic(place);
        var windows = peers.Select(_ => new List<double>()).ToArray();
        for (var window = 1; window <= Windows; window++)
        {
            await Console.Error.WriteLineAsync(
                $"idle, {Place.Of(place.Devices)}: 15 s with a scrape, {window} of {Windows}");
            var before = peers.Select(peer => peer.Cpu).ToArray();
            await traffic.SendUntilAsync(Task.Delay(Window / 2), BetweenFrames);
            foreach (var peer in peers)
                peer.Scrape(Request.Plain);
            await traffic.SendUntilAsync(Task.Delay(Window / 2), BetweenFrames);
            for (var i = 0; i < peers.Length; i++)
                windows[i].Add((peers[i].Cpu - before[i]).TotalMicroseconds);
        }
        foreach (var (peer, times) in peers.Zip(windows))
        {
            results.Add($"quarter.{place.Devices}.{peer.Server.Key}", times.Median());
            peer.Dispose();
        }
    }
}
