using System.Security.Cryptography;

namespace NicHangExporter.Alerting;

/// <summary>Growing pauses between the tries of something that fails. For one thread at a time.</summary>
internal sealed class RetryBackoff(TimeProvider clock)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    private long _failedAt;
    private TimeSpan _pause;

    /// <summary>The last try failed.</summary>
    public bool IsFailing => _pause > TimeSpan.Zero;

    /// <summary>The pause after the last failure is not over.</summary>
    public bool IsPausing => IsFailing && clock.GetElapsedTime(_failedAt) < _pause;

    public void Succeed() => _pause = TimeSpan.Zero;

    public void Fail()
    {
        var next = IsFailing ? _pause * 2 : FirstPause;
        next = next > LongestPause ? LongestPause : next;
        // Up to a quarter more: hosts that were cut off together must not come back in the same second each time.
        _pause = next * (1 + RandomNumberGenerator.GetInt32(250) / 1000.0);
        _failedAt = clock.GetTimestamp();
    }
}
