using System.Globalization;

namespace NicHangExporter.Bench;

/// <summary>
/// Compares the records per second of the exporter's kmsg path and of mtail on the same messages. The programs take
/// turns, and the medians count.
/// </summary>
internal static class KmsgComparison
{
    private const int Records = 2_000_000;
    private const int Rounds = 3;

    public static void Run(string recordings, string work, string mtail, string program)
    {
        var kmsg = Path.Combine(work, "kmsg.raw");
        var text = Path.Combine(work, "kmsg.log");
        var empty = Path.Combine(work, "empty.log");
        Console.Error.WriteLine($"writing a log of {Records} records");
        var hangs = new RecordedLog(recordings).Write(Records, kmsg, text);
        File.WriteAllBytes(empty, []);

        var peer = new Mtail(mtail, program);
        // Warms up tables, code and pages of the file.
        var weighed = KmsgPath.Run(kmsg, weigh: true);
        Require(weighed.Records == Records, $"{weighed.Records} of {Records} records were read");
        Require(weighed.Found == hangs, $"the detector found {weighed.Found} of {hangs} messages");
        var (own, other, start) = (new List<Cost>(), new List<Cost>(), new List<Cost>());
        for (var round = 1; round <= Rounds; round++)
        {
            Console.Error.WriteLine($"kmsg, round {round} of {Rounds}");
            var before = Environment.CpuUsage.TotalTime;
            var pass = KmsgPath.Run(kmsg, weigh: false);
            own.Add(new(pass.Elapsed, Environment.CpuUsage.TotalTime - before));
            var nothing = peer.Run(empty);
            start.Add(new(nothing.Elapsed, nothing.Cpu));
            var everything = peer.Run(text);
            Require(everything.Found == hangs, $"mtail found {everything.Found} of {hangs} messages");
            other.Add(new(everything.Elapsed, everything.Cpu));
        }
        var (ours, its) = (Median(own), Median(other) - Median(start));
        Print(ours, its, hangs, weighed);
        var results = new Results(work, "kmsg");
        results.Add("kmsg.ours", PerSecond(ours.Elapsed));
        results.Add("kmsg.mtail", PerSecond(its.Elapsed));
    }

    private static Cost Median(List<Cost> costs) => new(
        TimeSpan.FromSeconds(costs.Select(cost => cost.Elapsed.TotalSeconds).Median()),
        TimeSpan.FromSeconds(costs.Select(cost => cost.Cpu.TotalSeconds).Median()));

    // The comparison is valid only if both programs find the same messages.
    private static void Require(bool condition, string failure)
    {
        if (!condition)
            throw new InvalidOperationException(failure);
    }

    private static void Print(Cost own, Cost other, int hangs, in KmsgPass weighed)
    {
        const string Block = "kmsg";
        Page.Begin(Block, string.Create(
            CultureInfo.InvariantCulture,
            $"Kernel log, {Records / 1e6:F0} M records, {hangs * 100.0 / Records:F0} % of them hang messages"));
        Page.Head(
            "program", "M records a second", "÷ ours", "CPU ns a record", "÷ ours",
            "bytes allocated a record without a match", "with one");
        Page.Row(
            "nic-hang-exporter, Native AOT", Page.Number(PerSecond(own.Elapsed), 2), "1",
            Page.Number(Nanoseconds(own.Cpu)), "1",
            Page.Number((double)(weighed.Allocated - weighed.AllocatedByMatched) / (Records - weighed.Matched), 3),
            Page.Number((double)weighed.AllocatedByMatched / weighed.Matched));
        Page.Row(
            "mtail", Page.Number(PerSecond(other.Elapsed), 2), Page.Number(own.Elapsed / other.Elapsed, 3),
            Page.Number(Nanoseconds(other.Cpu)), Page.Number(other.Cpu / own.Cpu, 1), "", "");
        Page.End(Block);
    }

    private static double PerSecond(TimeSpan elapsed) => Records / elapsed.TotalSeconds / 1e6;

    private static double Nanoseconds(TimeSpan cpu) => cpu.TotalNanoseconds / Records;

    /// <summary>What one pass took.</summary>
    private readonly record struct Cost(TimeSpan Elapsed, TimeSpan Cpu)
    {
        public static Cost operator -(Cost left, Cost right) =>
            new(left.Elapsed - right.Elapsed, left.Cpu - right.Cpu);
    }
}
