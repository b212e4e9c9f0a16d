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
    /// <summary>
    /// One report and nothing sent for this long is a hang as well: docs/reference/remediation.md, "What confirms a
    /// hang".
    /// </summary>
    private static readonly TimeSpan FrozenAfterReport = TimeSpan.FromSeconds(3);

    /// <summary>
    /// When the rules confirmed the hang: at the second report, or after three seconds without a packet after the
    /// first.
    /// </summary>
    public TimeSpan Confirmed =>
        SecondReport is { } second && second < FirstReport + FrozenAfterReport ? second
        : FirstReport + FrozenAfterReport;

    /// <summary>From the kernel's first line to the first packet sent.</summary>
    public TimeSpan Outage => FirstFrame - FirstReport;

    /// <summary>The exporter's part of the outage: from the confirmation on.</summary>
    public TimeSpan Ours => FirstFrame - Confirmed;

    /// <summary>
    /// The part of <see cref="Ours"/> until the decision was on the disk. The rest is commands and link negotiation.
    /// </summary>
    public TimeSpan Deciding => Intent - Confirmed;
}
