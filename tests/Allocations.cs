namespace NicHangExporter.TestSupport;

/// <summary>Counts the bytes that code allocates on this thread.</summary>
internal static class Allocations
{
    private const int MaxAttempts = 100;

    /// <inheritdoc cref="Of{T}"/>
    public static long Of(Action action) => Of(() => action, run => run());

    /// <summary>
    /// The bytes that the action allocates. A collection that another thread causes meanwhile ends this thread's buffer
    /// of new objects, and its rest, up to 8 KiB, counts as allocated. Therefore a collection ends the buffer before
    /// each count, and an action that allocates is counted again if a collection ran meanwhile.
    /// </summary>
    /// <param name="prepare">Runs before each count.</param>
    /// <param name="action">The action. It runs more than once.</param>
    public static long Of<T>(Func<T> prepare, Action<T> action)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var prepared = prepare();
            // From here no collection can add anything until the action allocates.
            GC.Collect(0);
            var paused = GC.GetTotalPauseDuration();
            var before = GC.GetAllocatedBytesForCurrentThread();
            action(prepared);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            // Not CollectionCount: it does not count the begin of a background collection.
            if (allocated == 0 || GC.GetTotalPauseDuration() == paused)
                return allocated;
        }
        throw new InvalidOperationException($"A collection ran in each of {MaxAttempts} attempts to count");
    }
}
