using System.Diagnostics;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>
/// Waits until a condition holds, and otherwise fails with the last observation. The time on a busy machine says
/// nothing about the program, so the limit is generous: it only stops tests that would never end.
/// </summary>
internal static class Eventually
{
    /// <summary>The default limit.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Observes until the condition holds; returns the observation that fulfilled it.</summary>
    /// <param name="what">The condition in words, for the failure message.</param>
    /// <param name="observe">Makes an observation.</param>
    /// <param name="condition">The condition of an observation.</param>
    /// <param name="limit">The time limit; null for <see cref="Limit"/>.</param>
    public static async Task<T> HoldsAsync<T>(
        string what, Func<Task<T>> observe, Func<T, bool> condition, TimeSpan? limit = null)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var seen = await observe();
            if (condition(seen))
                return seen;
            if (clock.Elapsed > (limit ?? Limit))
                Assert.Fail($"Not within {limit ?? Limit}: {what}. Last seen: {seen}");
            await Task.Delay(Interval, TestContext.Current.CancellationToken);
        }
    }

    /// <inheritdoc cref="HoldsAsync{T}(string, Func{Task{T}}, Func{T, bool}, TimeSpan?)"/>
    public static Task<T> HoldsAsync<T>(
        string what, Func<T> observe, Func<T, bool> condition, TimeSpan? limit = null) =>
        HoldsAsync(what, () => Task.FromResult(observe()), condition, limit);
}
