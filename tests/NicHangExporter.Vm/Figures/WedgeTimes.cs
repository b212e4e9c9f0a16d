namespace NicHangExporter.Vm.Figures;

/// <summary>When what happened in one wedge, all on the guest's own clock (CLOCK_MONOTONIC).</summary>
/// <param name="Stopped">The transmitter was stopped.</param>
/// <param name="FirstReport">The kernel's first line about it.</param>
/// <param name="SecondReport">Its second line; null where the NIC worked again before there was one.</param>
/// <param name="Intent">The decision was on the disk: the first command follows.</param>
/// <param name="FirstFrame">The first frame left the NIC, as the host saw it.</param>
internal sealed record WedgeTimes(TimeSpan Stopped, TimeSpan FirstReport, TimeSpan? SecondReport, TimeSpan Intent, TimeSpan FirstFrame)
{
    /// <summary>One report and nothing sent for this long is a hang as well: docs/reference/remediation.md, "What confirms a hang".</summary>
    private static readonly TimeSpan FrozenAfterReport = TimeSpan.FromSeconds(3);

    /// <summary>When the hang was confirmed by the rules: by the second report, or by three seconds without a packet after the first.</summary>
    public TimeSpan Confirmed => SecondReport is { } second && second < FirstReport + FrozenAfterReport ? second : FirstReport + FrozenAfterReport;

    /// <summary>From the kernel's first line to the first packet out.</summary>
    public TimeSpan Outage => FirstFrame - FirstReport;

    /// <summary>The part of it that is ours: from the moment at which nobody has to wait any more to be sure.</summary>
    public TimeSpan Ours => FirstFrame - Confirmed;

    /// <summary>The part of ours in which it was decided and written down; the rest are the commands and the link's negotiation.</summary>
    public TimeSpan Deciding => Intent - Confirmed;
}
