using System.Collections.Concurrent;
using System.Globalization;

namespace NicHangExporter.Tests.Detection.Histories;

/// <summary>
/// Remediation is never requested for a healthy device and always for one that hangs, in histories made by seeds.
/// HISTORIES sets their number, for example 1000000.
/// </summary>
public sealed class SeededHistoryTests
{
    private static readonly int Count = int.Parse(
        Environment.GetEnvironmentVariable("HISTORIES") ?? "20000", CultureInfo.InvariantCulture);

    // Other ones in each run; a failure names its seed.
    private readonly int _first = Random.Shared.Next(1 << 30);

    [Fact]
    public void Healthy_InEveryHistory_RequestsNothing()
    {
        var wrong = new ConcurrentBag<string>();
        Parallel.For(_first, _first + Count, seed =>
        {
            if (SeededHistory.Play(seed, hangs: false).Requested is { } at)
                wrong.Add($"seed {seed} at {at:0.00} s");
        });
        Say($"{Count} healthy histories from seed {_first}: {wrong.Count} requests");
        Assert.True(wrong.IsEmpty, string.Join('\n', wrong.Take(20)));
    }

    [Fact]
    public void Hung_InEveryHistory_RequestsInTime()
    {
        var wrong = new ConcurrentBag<string>();
        var times = new ConcurrentBag<double>();
        Parallel.For(_first, _first + Count, seed =>
        {
            var (requested, isDue) = SeededHistory.Play(seed, hangs: true);
            if (isDue && requested is { } time)
                times.Add(time);
            else if (isDue || requested is not null)
                wrong.Add($"seed {seed}: {(requested is null ? "never" : "not hung")}");
        });
        var sorted = times.Order().ToList();
        Say($"{Count} histories with a hang from seed {_first}: requested in {sorted.Count}, after "
            + $"{sorted[sorted.Count / 2]:0.0} s (median), {sorted[^1]:0.0} s (worst); {wrong.Count} wrong");
        Assert.True(wrong.IsEmpty, string.Join('\n', wrong.Take(20)));
    }

    private static void Say(string text) => TestContext.Current.TestOutputHelper!.WriteLine(text);
}
