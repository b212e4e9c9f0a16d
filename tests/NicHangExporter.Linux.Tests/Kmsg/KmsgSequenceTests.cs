using NicHangExporter.Linux.Kmsg;

namespace NicHangExporter.Linux.Tests.Kmsg;

public class KmsgSequenceTests
{
    [Fact]
    public void Observe_FirstNumber_LosesNothing()
    {
        var sequence = default(KmsgSequence);
        Assert.Null(sequence.Last);
        Assert.Equal(0ul, sequence.Observe(4711));
        Assert.Equal(4711ul, sequence.Last);
    }

    [Theory]
    [InlineData(0, 1, 0)]
    [InlineData(0, 544, 543)]
    [InlineData(0, 2, 1)]
    [InlineData(7, 7, 0)]
    [InlineData(7, 3, 0)]
    [InlineData(0, ulong.MaxValue, ulong.MaxValue - 1)]
    [InlineData(ulong.MaxValue, 0, 0)]
    [InlineData(ulong.MaxValue - 1, ulong.MaxValue, 0)]
    public void Observe_Gap_IsTheExactNumberOfLostRecords(ulong previous, ulong present, ulong lost)
    {
        var sequence = KmsgSequence.After(previous);
        Assert.Equal(lost, sequence.Observe(present));
        Assert.Equal(present, sequence.Last);
    }

    [Fact]
    public void Observe_SourceThatBeganAgain_GoesOnFromThere()
    {
        var sequence = KmsgSequence.After(100);
        Assert.Equal(0ul, sequence.Observe(0));
        Assert.Equal(0ul, sequence.Observe(1));
        Assert.Equal(3ul, sequence.Observe(5));
    }

    // A restarted exporter meets records it has seen, then new ones: nothing is lost. Unless the ring has turned
    // meanwhile.
    [Fact]
    public void After_RestartInTheSameBoot_CountsOnlyWhatNobodySaw()
    {
        var seenAgain = KmsgSequence.After(100);
        ulong lost = 0;
        for (ulong number = 90; number <= 105; number++)
            lost += seenAgain.Observe(number);
        Assert.Equal(0ul, lost);

        var turned = KmsgSequence.After(100);
        Assert.Equal(49ul, turned.Observe(150));
    }

    [Fact]
    public void Equality_IsByLast()
    {
        Assert.True(KmsgSequence.After(1) == KmsgSequence.After(1));
        Assert.True(KmsgSequence.After(0) != default(KmsgSequence));
        Assert.Equal(KmsgSequence.After(1).GetHashCode(), KmsgSequence.After(1).GetHashCode());
    }
}
