using NicHangExporter.Detection.Episodes;

namespace NicHangExporter.Tests.Detection;

public sealed class TxFreezeDetectorTests
{
    // Each word is a sample: second, packets sent, bytes that wait, and carrier changes if bytes wait.
    [Theory]
    [InlineData("0:5 1:9:60 2:9:60/1 3:9:60/1", 1.0, "nothing is sent since a sample that has seen packets leave")]
    [InlineData("0:9 1:9:0 2:9:60/1 3:9:60/1", 2.0, "at the sample before nothing waited")]
    [InlineData("0:9 1:9:60/1 2:9:60/1", 1.0, "the first sample has nothing to compare with")]
    [InlineData("0:5 1:9 2:9:60/1 3:9:0 4:9:60/1", 4.0, "the queue was empty in between")]
    [InlineData("0:5 1:9 2:9:60/1 3:10:60 4:10:60/1", 3.0, "a packet left in between")]
    [InlineData("0:5 1:9 2:9:60/1 3:3:60 4:3:60/1", 3.0, "the counter began again")]
    [InlineData("0:5 1:9 2:9:60/1 3:9:60/3 4:9:60/3", 3.0, "the carrier went and came back in between")]
    [InlineData("0:5 1:9 2:9:60/1 3:9:60 4:9:60/1", 4.0, "the carrier changes could not be read")]
    [InlineData("0:5 1:9 2:9:60/1 4.1:9:60/1", null, "the sampler was away")]
    [InlineData("0:5 1:9 2:9:60/1 4.1:9:60/1 5:9:60/1", 5.0, "the sampler was away, and is back")]
    [InlineData("0:5 1:9 2:9:60/1 1.5:9:60/1", null, "the clock went back")]
    [InlineData("0:5 1:9 2:9:60/1 3:9:down", null, "the link is down")]
    [InlineData("0:5 1:9 2:9:60/1 3:9:down 4:9:60/1", null, "the link was down")]
    [InlineData("0:5 1:9 2:9:60 3:9:60 4:9:60", 4.0, "the carrier changes are unknown")]
    [InlineData("0:5 1:9", null, "packets leave")]
    public void Observe_Samples_FreezeBeginsAt(string samples, double? start, string why)
    {
        TxFreezeDetector? state = null;
        foreach (var word in samples.Split(' '))
            state = TxFreezeDetector.Observe(state, Parse(word));

        Assert.True(start == state?.Freeze?.Start.TotalSeconds, $"{why}: {state}");
    }

    // A packet that waits at two of them may be two packets.
    [Fact]
    public void Observe_RareSamples_AreNoFreeze()
    {
        TxFreezeDetector? state = null;
        foreach (var word in "0:5 5:9 10:9:60/1 15:9:60/1".Split(' '))
        {
            state = TxFreezeDetector.Observe(state, Parse(word));
            Assert.Null(state?.Freeze);
        }
    }

    private static TxSample Parse(string word)
    {
        var parts = word.Split(':', '/');
        var isUp = !word.EndsWith("down", StringComparison.Ordinal);
        return new TxSample(
            TimeSpan.FromSeconds(Number(parts[0])), isUp, (ulong)Number(parts[1]),
            parts.Length > 2 && isUp ? (ulong)Number(parts[2]) : 0,
            CarrierChanges: parts.Length > 3 ? (ulong)Number(parts[3]) : null);
    }

    private static double Number(string text) =>
        double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
