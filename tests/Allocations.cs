namespace NicHangExporter.TestSupport;

/// <summary>Counts the bytes that code allocates on this thread.</summary>
internal static class Allocations
{
    private const int MaxAttempts = 100;

    /// <inheritdoc cref="Of{T}"/>
    public static long Of(Action action) => Of(() => action, run => run());

    /// <summary>
    /// The bytes that the action allocates. If a collection runs meanwhile, the count can be too high, by up to 8 KiB.
    /// So a count of zero is taken at once, and any other is repeated if a collection ran.
    /// </summary>
    /// <param name="prepare">Runs before each count.</param>
    /// <param name="action">The action. It runs more than once.</param>
    public static long Of<T>(Func<T> prepare, Action<T> action)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var prepared = prepare();
            var paused = GC.GetTotalPauseDuration();
            var before = GC.GetAllocatedBytesForCurrentThread();
            action(prepared);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            // Not CollectionCount: it does not count a background collection that begins.
            if (allocated == 0 || GC.GetTotalPauseDuration() == paused)
                return allocated;
        }
        throw new InvalidOperationException($"A collection ran in each of {MaxAttempts} attempts to count");
    }
}
