using Microsoft.Extensions.Time.Testing;

namespace NicHangExporter.Tests.Remediation;

/// <summary>
/// The clocks of a machine: the monotonic clock, which restarts at each boot, and the wall clock, which people and NTP
/// set.
/// </summary>
internal sealed class MachineClock() : FakeTimeProvider(FixtureHost.Beginning)
{
    private TimeSpan _wall;
    private TimeSpan _boot;

    /// <summary>Sets the wall clock forth or back.</summary>
    public void Step(TimeSpan by) => _wall += by;

    /// <summary>The machine sleeps: only the clock of the wall goes on.</summary>
    public void Suspend(TimeSpan time) => _wall += time;

    /// <summary>
    /// The monotonic clock shows this from now on: after a boot, or because an older snapshot of the machine was
    /// restored.
    /// </summary>
    public void SetUptime(TimeSpan uptime) => _boot += GetElapsedTime(0) - uptime;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _wall;

    // The fake one's timestamp follows its wall clock.
    public override long GetTimestamp() => base.GetTimestamp() - (_wall + _boot).Ticks;
}
