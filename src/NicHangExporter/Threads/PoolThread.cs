using System.Runtime.CompilerServices;

namespace NicHangExporter.Threads;

/// <summary>
/// Leaves the threads that wait for sockets, because code that waits would hold up their other connections
/// (docs/decisions/0051).
/// </summary>
internal static class PoolThread
{
    /// <summary>Continues on the thread pool: on the same thread if it is one of the pool.</summary>
    public static ConfiguredTaskAwaitable SwitchAsync() => Task.CompletedTask.ConfigureAwait(
        Thread.CurrentThread.IsThreadPoolThread ? ConfigureAwaitOptions.None : ConfigureAwaitOptions.ForceYielding);
}
