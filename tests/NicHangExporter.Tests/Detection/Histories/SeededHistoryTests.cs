using System.Collections.Concurrent;
using System.Globalization;

namespace NicHangExporter.Tests.Detection.Histories;

/// <summary>
/// Remediation is never requested for a healthy device and always for one that hangs, in histories made by seeds. The
/// variable HISTORIES sets their number, for example 1000000, and SEED the first seed.
/// </summary>
public sealed class SeededHistoryTests
{
    private static readonly int Count = Number("HISTORIES") ?? 4_000;

    // Other ones in each run; a failure names its seed.
    private static readonly int First = Number("SEED") ?? Random.Shared.Next(1 << 30);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Request_InEveryHistory_IsMadeForAHangAndForNothingElse(bool hangs)
    {
        var wrong = new ConcurrentBag<string>();
        var requested = 0;
        Parallel.For(First, First + Count, seed =>
        {
            var result = SeededHistory.Play(seed, hangs);
            if (result == HistoryResult.Requested)
                Interlocked.Increment(ref requested);
            else if (result != HistoryResult.None)
                wrong.Add($"seed {seed}: {result}");
        });
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{Count} histories {(hangs ? "with" : "without")} a hang from seed {First}: {requested} requests, "
            + $"{wrong.Count} wrong");
        Assert.True(wrong.IsEmpty, string.Join('\n', wrong.Take(20)));
        Assert.Equal(hangs, requested > 0);
    }

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : null;
}
