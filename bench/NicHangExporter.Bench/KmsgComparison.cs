using System.Globalization;

namespace NicHangExporter.Bench;

/// <summary>
/// Compares the records per second of the exporter's kmsg path and of mtail on the same messages. The programs take
/// turns, and the best of several runs counts.
/// </summary>
internal static class KmsgComparison
{
    private const int Records = 2_000_000;
    private const int Rounds = 5;

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
        var (own, ownCpu) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        var (other, otherCpu) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        var (start, startCpu) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        for (var round = 1; round <= Rounds; round++)
        {
            Console.Error.WriteLine($"kmsg, round {round} of {Rounds}");
            var before = Environment.CpuUsage.TotalTime;
            own = Shorter(own, KmsgPath.Run(kmsg, weigh: false).Elapsed);
            ownCpu = Shorter(ownCpu, Environment.CpuUsage.TotalTime - before);
            var nothing = peer.Run(empty);
            (start, startCpu) = (Shorter(start, nothing.Elapsed), Shorter(startCpu, nothing.Cpu));
            var everything = peer.Run(text);
            Require(everything.Found == hangs, $"mtail found {everything.Found} of {hangs} messages");
            (other, otherCpu) = (Shorter(other, everything.Elapsed), Shorter(otherCpu, everything.Cpu));
        }
        Print((own, ownCpu), (other - start, otherCpu - startCpu), hangs, weighed);
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    // The comparison is valid only if both programs find the same messages.
    private static void Require(bool condition, string failure)
    {
        if (!condition)
            throw new InvalidOperationException(failure);
    }

    private static void Print(
        (TimeSpan Elapsed, TimeSpan Cpu) own, (TimeSpan Elapsed, TimeSpan Cpu) other, int hangs, in KmsgPass weighed)
    {
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"\n### Kernel log, {Records / 1e6:F0} M records, {hangs * 100.0 / Records:F0} % of them hang "
                + $"messages\n"));
        Console.WriteLine(
            "| program | M records a second | ratio to ours | CPU ns a record | ratio to ours | bytes allocated a "
            + "record without a match | with one |");
        Console.WriteLine("|---|--:|--:|--:|--:|--:|--:|");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| nic-hang-exporter, Native AOT | {PerSecond(own.Elapsed):F2} | 1 | {Nanoseconds(own.Cpu):F0} | 1 "
            + $"| {(double)(weighed.Allocated - weighed.AllocatedByMatched) / (Records - weighed.Matched):F3} | "
            + $"{(double)weighed.AllocatedByMatched / weighed.Matched:F0} |"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| mtail | {PerSecond(other.Elapsed):F2} | {own.Elapsed / other.Elapsed:F3} | "
            + $"{Nanoseconds(other.Cpu):F0} | {other.Cpu / own.Cpu:F1} | | |"));
    }

    private static double PerSecond(TimeSpan elapsed) => Records / elapsed.TotalSeconds / 1e6;

    private static double Nanoseconds(TimeSpan cpu) => cpu.TotalNanoseconds / Records;
}
