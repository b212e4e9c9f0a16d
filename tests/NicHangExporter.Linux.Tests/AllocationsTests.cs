using NicHangExporter.TestSupport;

namespace NicHangExporter.Linux.Tests;

/// <summary>What other tests rely on: the tests that run next to them cause collections at any time.</summary>
public sealed class AllocationsTests
{
    private object? _made;

    [Fact]
    public void Of_AnActionDuringWhichACollectionRuns_IsZero() =>
        Assert.Equal(0, Allocations.Of(() => GC.Collect(0)));

    // The smallest object of a 64-bit runtime: header, type and room for one reference.
    [Fact]
    public void Of_AnActionThatAllocates_IsWhatItAllocates() =>
        Assert.Equal(24, Allocations.Of(() => _made = new object()));

    [Fact]
    public void Of_AnActionThatAllocatesBeforeACollection_IsCountedAgain()
    {
        var collections = 3;
        Assert.Equal(24, Allocations.Of(() =>
        {
            _made = new object();
            if (collections-- > 0)
                GC.Collect(0);
        }));
        // The attempt without it is the fourth, or a later one if another test caused a collection.
        Assert.InRange(collections, int.MinValue, -1);
    }
}
