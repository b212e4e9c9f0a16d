using System.Globalization;

namespace NicHangExporter.Bench;

/// <summary>Records a second of the exporter's own path beside mtail on the same messages; of each the best of some runs, in turns.</summary>
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
        // Tables, code and pages of the file are warm after this.
        var weighed = KmsgPath.Run(kmsg, weigh: true);
        Require(weighed.Records == Records, $"{weighed.Records} of {Records} records were read");
        Require(weighed.Found == hangs, $"the detector found {weighed.Found} of {hangs} messages");
        var (own, other, start) = (TimeSpan.MaxValue, TimeSpan.MaxValue, TimeSpan.MaxValue);
        for (var round = 1; round <= Rounds; round++)
        {
            Console.Error.WriteLine($"kmsg, round {round} of {Rounds}");
            own = Shorter(own, KmsgPath.Run(kmsg, weigh: false).Elapsed);
            start = Shorter(start, peer.Run(empty).Elapsed);
            var (elapsed, found) = peer.Run(text);
            Require(found == hangs, $"mtail found {found} of {hangs} messages");
            other = Shorter(other, elapsed);
        }
        Print(own, other - start, hangs, weighed);
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    // A program that does not do the same work is no peer.
    private static void Require(bool condition, string failure)
    {
        if (!condition)
            throw new InvalidOperationException(failure);
    }

    private static void Print(TimeSpan own, TimeSpan other, int hangs, in KmsgPass weighed)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\n### Kernel log, {Records / 1e6:F0} M records, {hangs * 100.0 / Records:F0} % of them hang messages\n"));
        Console.WriteLine("| program | M records a second | ratio to ours | bytes allocated a record without a match | with one |");
        Console.WriteLine("|---|--:|--:|--:|--:|");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| nic-hang-exporter, Native AOT | {Records / own.TotalSeconds / 1e6:F2} | 1 | {(double)(weighed.Allocated - weighed.AllocatedByMatched) / (Records - weighed.Matched):F3} | {(double)weighed.AllocatedByMatched / weighed.Matched:F0} |"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| mtail | {Records / other.TotalSeconds / 1e6:F2} | {own / other:F3} | | |"));
    }
}
