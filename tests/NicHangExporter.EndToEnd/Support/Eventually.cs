using System.Diagnostics;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>
/// Waits until something has come true, and fails with what was seen last where it does not. How long that may take on a busy machine says
/// nothing about the program, so the limit is generous: it only ends a test that would otherwise never end.
/// </summary>
internal static class Eventually
{
    /// <summary>The limit where a test gives none.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Observes until the condition holds; returns the observation that fulfilled it.</summary>
    /// <param name="what">What is waited for, for the failure.</param>
    /// <param name="observe">Looks.</param>
    /// <param name="condition">What must hold of it.</param>
    /// <param name="limit">How long at most.</param>
    public static async Task<T> HoldsAsync<T>(string what, Func<Task<T>> observe, Func<T, bool> condition, TimeSpan? limit = null)
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
    public static Task<T> HoldsAsync<T>(string what, Func<T> observe, Func<T, bool> condition, TimeSpan? limit = null) =>
        HoldsAsync(what, () => Task.FromResult(observe()), condition, limit);
}
