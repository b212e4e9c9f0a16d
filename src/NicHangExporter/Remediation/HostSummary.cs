using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Remediation;

/// <summary>
/// What the status of remediation and the API have in common about the host. The order of the members is that of the
/// API's JSON.
/// </summary>
internal abstract record HostSummary
{
    /// <summary>The mode of each trigger: off, observe, enforce.</summary>
    public required IReadOnlyDictionary<string, string> Modes { get; init; }

    /// <summary>True while the kill switch is set.</summary>
    public bool Paused { get; init; }

    /// <summary>What sets it: command, file; absent if it is not set.</summary>
    public IReadOnlyList<PauseCause>? PausedBy { get; init; }

    /// <summary>What pauses remediation and how to resume it; absent if it is not paused.</summary>
    public string? PauseExplanation { get; init; }

    /// <summary>True if the journal can be written; otherwise nothing is changed.</summary>
    public bool JournalWritable { get; init; }

    /// <summary>True if the exporter has CAP_NET_ADMIN.</summary>
    public bool Capable { get; init; }

    /// <summary>How many remediations this host may still have within 24 hours.</summary>
    public int HostBudgetLeft { get; init; }

    /// <summary>Seconds that the running command has been in the kernel; 0 without one.</summary>
    public double CommandSeconds { get; init; }

    /// <summary>The running remediation: its id and its device.</summary>
    public string? Running { get; init; }

    /// <summary>True if the API answers on the network: a credential is configured.</summary>
    public bool ApiOn { get; init; }

    /// <summary>The entries of remediation.devices that match no network device of this host.</summary>
    public IReadOnlyList<string> UnmatchedEntries { get; init; } = [];
}
