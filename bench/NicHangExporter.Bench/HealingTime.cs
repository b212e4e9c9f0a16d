namespace NicHangExporter.Bench;

/// <summary>
/// Measures the time from the report that confirms a hang to the first command to the NIC. Compares it with one fsync,
/// because an intent must be on the disk before the command.
/// </summary>
internal static class HealingTime
{
    private const int Runs = 200;
    private const int WarmUp = 5;

    public static async Task RunAsync(string device, string work)
    {
        var (heals, syncs) = (new List<TimeSpan>(), new List<TimeSpan>());
        for (var run = 0; run < WarmUp + Runs; run++)
        {
            var directory = Directory.CreateDirectory(Path.Combine(work, $"heal-{run}")).FullName;
            var host = new HangingHost(directory, device);
            var heal = await host.HealAsync();
            var sync = Sync(Path.Combine(host.State, "probe"));
            if (run >= WarmUp)
            {
                heals.Add(heal);
                syncs.Add(sync);
            }
            Directory.Delete(directory, recursive: true);
        }
        heals.Sort();
        syncs.Sort();
        const string Block = "heal";
        Page.Begin(Block, $"From the report that confirms a hang to the first command, {Runs} hangs");
        Page.Head("what", "p50 ms", "p99 ms", "max ms", "p50 ÷ one fsync");
        Print("report → episode → decision → plan → intent on the disk → first command", heals, Percentile(syncs, 0.5));
        Print("one fsync of a line in the same directory", syncs, Percentile(syncs, 0.5));
        Page.End(Block);
    }

    // Like the journal: append one line and sync it to the disk.
    private static TimeSpan Sync(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        RandomAccess.Write(file, new byte[1000], 0);
        RandomAccess.FlushToDisk(file);
        var start = TimeProvider.System.GetTimestamp();
        RandomAccess.Write(file, new byte[1000], 1000);
        RandomAccess.FlushToDisk(file);
        return TimeProvider.System.GetElapsedTime(start);
    }

    private static TimeSpan Percentile(List<TimeSpan> sorted, double part) =>
        sorted[Math.Min((int)(sorted.Count * part), sorted.Count - 1)];

    private static void Print(string what, List<TimeSpan> sorted, TimeSpan sync) => Page.Row(
        what, Page.Number(Percentile(sorted, 0.5).TotalMilliseconds, 2),
        Page.Number(Percentile(sorted, 0.99).TotalMilliseconds, 2), Page.Number(sorted[^1].TotalMilliseconds, 2),
        Page.Number(Percentile(sorted, 0.5) / sync, 1));
}
