namespace NicHangExporter.Vm.Figures;

/// <summary>The times of one wedge, all on the guest's own clock (CLOCK_MONOTONIC).</summary>
/// <param name="Stopped">The transmitter was stopped.</param>
/// <param name="FirstReport">The kernel's first line about it.</param>
/// <param name="SecondReport">The kernel's second line; null if the NIC worked again before.</param>
/// <param name="Intent">The decision was on the disk; the first command follows.</param>
/// <param name="FirstFrame">The first frame left the NIC, as seen by the host.</param>
internal sealed record WedgeTimes(
    TimeSpan Stopped, TimeSpan FirstReport, TimeSpan? SecondReport, TimeSpan Intent, TimeSpan FirstFrame)
{
    /// <summary>From the kernel's first line to the first packet sent.</summary>
    public TimeSpan Outage => FirstFrame - FirstReport;

    /// <summary>
    /// The part of <see cref="Outage"/> until the decision was on the disk: what confirms the hang, then the plan.
    /// </summary>
    public TimeSpan Deciding => Intent - FirstReport;

    /// <summary>The rest of <see cref="Outage"/>: commands, reset and link negotiation.</summary>
    public TimeSpan Acting => FirstFrame - Intent;
}
