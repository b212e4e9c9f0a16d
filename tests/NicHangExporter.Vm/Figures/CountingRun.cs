using System.Globalization;

namespace NicHangExporter.Vm.Figures;

/// <summary>
/// Measures the time from a kernel record to the count in a scrape, and whether a record is lost on the way.
/// </summary>
/// <param name="Latencies">For each report, from the kernel's time of it to the end of the first scrape that shows it.
/// This includes the scrape.</param>
/// <param name="Reported">Reports in the kernel's log.</param>
/// <param name="Counted">Reports in the metrics.</param>
/// <param name="Lost">Records of any kind that the exporter has missed, by its own metric.</param>
internal sealed record CountingRun(IReadOnlyList<TimeSpan> Latencies, int Reported, int Counted, int Lost)
{
    /// <summary>The number of reports to wait for. The driver makes one every two seconds.</summary>
    public const int Reports = 10;

    /// <summary>
    /// Lets eno1 hang without remediation until the kernel has reported it a number of times, and scrapes continuously
    /// over another NIC.
    /// </summary>
    public static async Task<CountingRun> RunAsync(Guest guest, int reports, Action<string> say)
    {
        var eno1 = new GuestNic(guest, "eno1");
        await eno1.RestoreAsync();
        await using var probe = new HostProbe(guest.Ports.Eno1Web);
        await probe.UpAsync();
        await eno1.MarkAsync();
        await using var exporter = await GuestExporter.StartAsync(guest, []);
        var clock = await GuestClock.CompareAsync(guest);
        var last = guest.Log.Last;
        var before = CountedIn(await exporter.ScrapeAsync());
        var shown = new List<TimeSpan>();

        // The kernel's transmit watchdog may reset the adapter after the first report. The fault survives resets.
        await using (await eno1.HangAlwaysAsync())
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            while (shown.Count < reports && !limit.IsCancellationRequested)
            {
                var counted = CountedIn(await exporter.ScrapeAsync()) - before;
                var now = clock.Now;
                while (shown.Count < counted)
                    shown.Add(now);
            }
        }
        await eno1.RestoreAsync();
        await probe.UpAsync();

        // The hang is over, so both counts are final.
        var said = guest.Log.Of("eno1", "Detected Hardware Unit Hang", last);
        var metrics = await exporter.ScrapeAsync();
        var run = new CountingRun([.. shown.Zip(said, (seen, record) => seen - record.Time)], said.Count,
            CountedIn(metrics) - before, (int)metrics["nichang_kmsg_records_lost_total"]);
        if (run.Latencies.Count == 0)
            return run;
        var sorted = run.Latencies.Order().ToList();
        say(string.Create(CultureInfo.InvariantCulture,
            $"kernel's record to count in a scrape: median {sorted[sorted.Count / 2].TotalMilliseconds:0} ms, worst "
            + $"{sorted[^1].TotalMilliseconds:0} ms of {sorted.Count}, the scrape included; reported {run.Reported}, "
            + $"counted {run.Counted}, records lost {run.Lost}"));
        return run;
    }

    private static int CountedIn(Scrape metrics) =>
        (int)metrics["nichang_hang_events_total", ("device", "eno1"), ("source", "driver"), ("origin", "live")];
}
