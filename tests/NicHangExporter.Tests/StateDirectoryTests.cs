using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests;

/// <summary>One process at a time.</summary>
public sealed class StateDirectoryTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private ExporterOptions Options => new() { StateDirectory = _directory.File("deep/state") };

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Directory_IsMadeForItsOwnerOnly()
    {
        using var state = new StateDirectory(Options);
        Assert.False(state.IsHeld);
        Assert.True(state.TryTake() && state.TryTake() && state.IsHeld);
        Assert.Null(state.Failure);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(state.Path!));
        Assert.True(File.Exists(Path.Combine(state.Path!, "lock")));
    }

    [Fact]
    public void Directory_IsHeldByOneAndFreeAfterIt()
    {
        using var second = new StateDirectory(Options);
        using (var first = new StateDirectory(Options))
        {
            Assert.True(first.TryTake());
            Assert.False(second.TryTake() || second.IsHeld);
            Assert.Contains("lock", second.Failure!, StringComparison.Ordinal);
        }
        Assert.True(second.TryTake());
        Assert.Null(second.Failure);
    }

    [Fact]
    public void Directory_TakenByManyThreads_IsTakenOnce()
    {
        for (var round = 0; round < 50; round++)
        {
            using var state = new StateDirectory(Options);
            using var other = new StateDirectory(Options);
            var taken = 0;
            Parallel.For(0, 16, number => Interlocked.Add(ref taken, (number % 2 == 0 ? state : other).TryTake() ? 1 : 0));
            Assert.Equal(8, taken);
            Assert.True(state.IsHeld ^ other.IsHeld);
        }
    }

    [Fact]
    public void Directory_NotConfigured_IsNoFailure()
    {
        using var state = new StateDirectory(new ExporterOptions());
        Assert.False(state.TryTake() || state.IsHeld);
        Assert.Null(state.Failure);
    }

    [Fact]
    public void Directory_ThatCannotBeMade_SaysWhyInOneLine()
    {
        File.WriteAllText(_directory.File("deep"), "x");
        using var state = new StateDirectory(Options);
        Assert.False(state.TryTake());
        Assert.Contains("deep", state.Failure!, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', state.Failure!);
    }

    [Fact]
    public void Directory_Disposed_CannotBeTakenAgain()
    {
        var state = new StateDirectory(Options);
        Assert.True(state.TryTake());
        state.Dispose();
        Assert.False(state.TryTake() || state.IsHeld);
    }
}
