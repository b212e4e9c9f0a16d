using System.Text;
using NicHangExporter.Detection.Patterns;

namespace NicHangExporter.Tests.Detection.Patterns;

/// <summary>The filter before the detector, and the index of both, against the rows themselves.</summary>
public sealed class RecordFilterTests
{
    [Fact]
    public void MayMatch_MutatedRecordThatMatches_IsTrue()
    {
        var mutations = new Mutations(seed: 33);
        var found = 0;
        for (var count = 0; count < 500_000; count++)
        {
            var text = mutations.Next();
            if (!HangDetector.TryDetect(text, default, default, DetectionMode.Kernel, out _)) continue;
            found++;
            Assert.True(RecordFilter.MayMatch(text), Encoding.Latin1.GetString(text));
        }
        Assert.InRange(found, 10_000, 490_000);
    }

    [Theory]
    [InlineData(": Detected Hardware Unit Hang:")]
    [InlineData(": NETDEV WATCHDOG: CPU: 1: transmit queue 0 timed out 5000 ms")]
    [InlineData(": Reset adapter")]
    [InlineData(" NIC Link is Up")]
    [InlineData(" NIC Link is Down")]
    [InlineData(": [f:1(eth0)]Reset adapter")]
    public void MayMatch_MessageAtAnyPlaceOfATextOfAnyLength_IsTrue(string message)
    {
        for (var before = 0; before < 70; before++)
            for (var after = 0; after < 40; after++)
                Assert.True(
                    RecordFilter.MayMatch(
                        Encoding.ASCII.GetBytes(new string('x', before) + message + new string('y', after))),
                    $"{before} bytes before, {after} behind {message}");
    }

    [Fact]
    public void MayMatch_RecordsOfARealKernelThatDoNotMatch_AreMostlyRejected()
    {
        var others = Mutations.LabRecords()
            .Where(text => !HangDetector.TryDetect(text, default, default, DetectionMode.Kernel, out _)).ToArray();
        var passed = others.Where(text => RecordFilter.MayMatch(text)).Select(Encoding.Latin1.GetString).ToArray();
        Assert.True(passed.Length * 10 < others.Length, $"{others.Length}, of them:\n{string.Join('\n', passed)}");
    }

    [Fact]
    public void Index_MutatedRecords_HasTheRowsThatStartLikeThem()
    {
        var mutations = new Mutations(seed: 34);
        for (var count = 0; count < 20_000; count++)
        {
            var text = mutations.Next();
            var rows = HangPatterns.All.Where(row => text.Length >= 3 && StartsLike(text, row, 3)).ToArray();
            Assert.Equal(rows, HangPatterns.AfterColon.Candidates(text).ToArray());
            Assert.True(rows.Length == 0 || HangPatterns.AfterColon.MayKnow(text));
            Assert.Equal(rows.Any(row => StartsLike(text, row, 8)), HangPatterns.AfterColon.Knows(text));
        }
        foreach (var row in HangPatterns.All)
        {
            Assert.Contains(row, HangPatterns.AfterColon.Candidates(row.Message.Start.Span).ToArray());
            Assert.True(HangPatterns.AfterColon.Knows(row.Message.Start.Span));
        }
    }

    private static bool StartsLike(byte[] text, HangPattern row, int bytes) =>
        text.AsSpan().StartsWith(row.Message.Start.Span[..Math.Min(bytes, row.Message.Start.Length)]);
}
