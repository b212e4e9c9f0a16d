namespace NicHangExporter.Vm.Machine;

/// <summary>
/// Relates this machine's clock to the guest's (CLOCK_MONOTONIC), to within the 10 ms resolution of /proc/uptime: each
/// exchange bounds the difference from both sides.
/// </summary>
internal sealed class GuestClock
{
    private static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(10);

    private readonly TimeProvider _clock = TimeProvider.System;
    private readonly TimeSpan _ahead;

    private GuestClock(TimeSpan ahead) => _ahead = ahead;

    /// <summary>The time in the guest.</summary>
    public TimeSpan Now => _clock.GetElapsedTime(0) + _ahead;

    /// <summary>Compares the clocks several times, and takes the middle of the remaining interval.</summary>
    public static async Task<GuestClock> CompareAsync(Guest guest, int exchanges = 20)
    {
        var (least, most) = (TimeSpan.MinValue, TimeSpan.MaxValue);
        for (var i = 0; i < exchanges; i++)
        {
            var asked = TimeProvider.System.GetElapsedTime(0);
            var uptime = await guest.UptimeAsync();
            var answered = TimeProvider.System.GetElapsedTime(0);
            least = uptime - answered > least ? uptime - answered : least;
            most = uptime + Grain - asked < most ? uptime + Grain - asked : most;
        }
        return new GuestClock(least + (most - least) / 2);
    }
}
