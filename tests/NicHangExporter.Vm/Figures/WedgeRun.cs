using System.Globalization;
using System.Text.RegularExpressions;

namespace NicHangExporter.Vm.Figures;

/// <summary>Hangs eno1 repeatedly, each time with a local loop without history, and measures the times.</summary>
internal static partial class WedgeRun
{
    /// <summary>One wedge.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="tell">Where to write its transcript; null for nowhere.</param>
    public static async Task<WedgeTimes> OnceAsync(Guest guest, Action<string>? tell = null)
    {
        var eno1 = new GuestNic(guest, "eno1");
        await eno1.RestoreAsync();
        await using var probe = new HostProbe(guest.Ports.Eno1Web);
        await probe.UpAsync();
        await eno1.MarkAsync();
        // The measured times end before the verification window, so the window may be short.
        await using var exporter =
            await GuestExporter.StartAsync(guest, ["--remediation.local=enforce", .. GuestExporter.Window(4)]);
        var last = guest.Log.Last;

        var stopped = TimeSpan.FromSeconds(double.Parse(
            Seconds().Match(await guest.Shell.DoAsync("nic-fault eno1 once")).Value, CultureInfo.InvariantCulture));
        await exporter.OutcomeAsync("eno1", "healed");

        var journal = await exporter.JournalAsync();
        var intent = journal.First(entry => entry.Text("event") == "intent").Seconds("uptime");
        var reports = guest.Log.Of("eno1", "Detected Hardware Unit Hang", last);
        var first = guest.Sent.Times().First(time => time > reports[0].Time);
        if (tell is not null)
        {
            await probe.UpAsync();
            var transcript = new Transcript();
            transcript.Add(stopped, "fault", "the transmitter of eno1 is stopped");
            transcript.Add(first, "outside", "the first frame from eno1");
            transcript.AddHost(probe, await guest.UptimeAsync() - probe.Now);
            foreach (var record in guest.Log.Of("eno1", "", last))
                transcript.Add(record.Time, "kernel", record.Text.Split("\\x0a")[0]);
            foreach (var entry in journal.Where(entry => entry.Text("event") is "intent" or "outcome"))
                transcript.Add(
                    entry.Seconds("uptime"), "exporter", entry.Text("verdict") is { } verdict
                    ? $"{verdict}: {entry.Text("reason")}" : string.Join(", ", entry.Steps()));
            tell(transcript.Since(stopped));
        }
        return new WedgeTimes(
            stopped, reports[0].Time, reports.Count > 1 && reports[1].Time < first ? reports[1].Time
            : null, intent, first);
    }

    /// <summary>A transcript of one wedge, then the times of several, one after the other, in one guest.</summary>
    public static async Task<IReadOnlyList<WedgeTimes>> SeveralAsync(Guest guest, int count, Action<string> say)
    {
        var times = new List<WedgeTimes>();
        await OnceAsync(guest, say);
        say("");
        say("wedge  stopped→1st report  1st→2nd report  1st report→packet  deciding  commands and link");
        for (var i = 1; i <= count; i++)
        {
            var wedge = await OnceAsync(guest);
            times.Add(wedge);
            say(string.Create(CultureInfo.InvariantCulture,
                $"{i,5}  {Text(wedge.FirstReport - wedge.Stopped),18}  "
                + $"{(wedge.SecondReport is { } second ? Text(second - wedge.FirstReport) : "-"),14}  "
                + $"{Text(wedge.Outage),17}  {Text(wedge.Deciding),8}  {Text(wedge.Acting),17}"));
        }
        say(Summary("kernel's first line to first packet out", times, wedge => wedge.Outage));
        say(Summary("of that, to the decision on the disk", times, wedge => wedge.Deciding));
        say(Summary("of that, commands and link", times, wedge => wedge.Acting));
        return times;
    }

    private static string Summary(string what, List<WedgeTimes> times, Func<WedgeTimes, TimeSpan> of)
    {
        var sorted = times.Select(of).Order().ToList();
        return $"{what}: median {Text(sorted[sorted.Count / 2])}, worst {Text(sorted[^1])} of {sorted.Count}";
    }

    private static string Text(TimeSpan time) => time.TotalSeconds.ToString("0.00 's'", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^[0-9.]+")]
    private static partial Regex Seconds();
}
