using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Metrics;

/// <summary>
/// Whenever nothing moves, the samples from net/dev are those that sysfs alone gives, after any history of counters,
/// wraps, resets, renames and devices that come and go during a scrape.
/// </summary>
public sealed class StatisticsExactnessTests
{
    private const int Histories = 20;
    private const int Steps = 30;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Samples_AfterAnyHistory_AreThoseOfSysfsAlone(int block)
    {
        var fromFile = 0;
        for (var seed = block * 1000; seed < block * 1000 + Histories; seed++)
        {
            using var kernel = new SimulatedCounters(seed);
            var random = new Random(seed);
            var clock = new FakeTimeProvider();
            using var empty = new TemporaryDirectory(inMemory: true);
            var source = Source(kernel.Sysfs, kernel.Procfs, clock);
            using var fast = Collector(source, clock);
            using var slow = Collector(Source(kernel.Sysfs, empty.Path, clock), clock);
            for (var step = 0; step < Steps; step++)
            {
                clock.Advance(TimeSpan.FromSeconds(15));
                if (random.Next(2) == 0)
                    ScrapeInMotion(kernel, fast, random);
                kernel.Change();
                kernel.ShowAll();

                using var unread = kernel.OpenNew();
                var expected = Scrape(slow, unread);
                var actual = Scrape(fast, kernel.Open());
                Assert.True(expected == actual, $"seed {seed}, step {step}: {Difference(expected, actual)}");
                fromFile += source.Choose() is null ? 0 : 1;
            }
        }
        // The rest is the minute after a file that could not be read, or was behind.
        Assert.InRange(fromFile, Histories * Steps / 2, Histories * Steps);
    }

    // The kernel changes between the reads of the devices, of net/dev and of sysfs.
    private static void ScrapeInMotion(SimulatedCounters kernel, StatisticsCollector fast, Random random)
    {
        var devices = kernel.Open();
        kernel.Change();
        kernel.ShowSysfs();
        kernel.ShowProcfs();
        if (random.Next(20) == 0)
            kernel.WriteProcfs("garbage\n");
        kernel.Change();
        kernel.ShowSysfs();
        Scrape(fast, devices);
    }

    private static string Difference(string expected, string actual)
    {
        var (wanted, found) = (expected.Split('\n'), actual.Split('\n'));
        return $"{string.Join(", ", wanted.Except(found))}, but {string.Join(", ", found.Except(wanted))}";
    }

    private static NetDevSource Source(string sysfs, string procfs, TimeProvider clock) => new(
        new ExporterOptions { Paths = new() { Sysfs = sysfs, Procfs = procfs } }, new NetClass(sysfs), clock,
        NullLogger<NetDevSource>.Instance);

    private static StatisticsCollector Collector(NetDevSource source, TimeProvider clock) => new(
        new ExporterOptions(), source, new CollectorHealth(NullLogger<CollectorHealth>.Instance), clock);

    private static string Scrape(StatisticsCollector collector, OpenDevices devices)
    {
        var body = new ExpositionBody();
        var outcomes = new List<CollectorOutcome>();
        collector.Write(new ExpositionWriter(body), devices, outcomes);
        Assert.True(Assert.Single(outcomes).Success);
        return Encoding.UTF8.GetString([.. body.Pieces.SelectMany(piece => piece.ToArray())]);
    }
}
