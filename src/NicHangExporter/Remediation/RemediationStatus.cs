using System.Collections.Immutable;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Remediation.Reporting;

namespace NicHangExporter.Remediation;

/// <summary>The state of remediation, for API and console: an immutable snapshot.</summary>
internal sealed record RemediationStatus
{
    /// <summary>The modes, by trigger.</summary>
    public required IReadOnlyDictionary<string, string> Modes { get; init; }

    /// <summary>The kill switch is set, by command or by file.</summary>
    public required bool Paused { get; init; }

    /// <summary>Which of the two is set.</summary>
    public ImmutableArray<PauseCause> PausedBy { get; init; } = [];

    /// <summary>What pauses remediation, and how to end that; null if it is not paused.</summary>
    public string? PauseExplanation { get; init; }

    public required bool JournalWritable { get; init; }

    /// <summary>The process has CAP_NET_ADMIN.</summary>
    public required bool Capable { get; init; }

    /// <summary>Remediations left in the budget of the host.</summary>
    public required int HostBudgetLeft { get; init; }

    /// <summary>Seconds since the running command to the kernel began; 0 if none runs.</summary>
    public required double CommandSeconds { get; init; }

    /// <summary>Id and device of the running remediation, or null.</summary>
    public string? Running { get; init; }

    /// <summary>The API has a credential, so it is enabled.</summary>
    public bool ApiOn { get; init; }

    /// <summary>The entries of remediation.devices that match no network device of this host.</summary>
    public ImmutableArray<string> UnmatchedEntries { get; init; } = [];

    /// <summary>The devices that are present or have a record.</summary>
    public required ImmutableArray<DeviceStatus> Devices { get; init; }
}

/// <summary>The state of one device.</summary>
internal sealed record DeviceStatus(string Device, string Bus, string Driver)
{
    public bool Present { get; init; }

    /// <summary>It is watched for hangs.</summary>
    public bool Watched { get; init; }

    /// <summary>It is in remediation.devices.</summary>
    public bool Listed { get; init; }

    /// <summary>Why automatic remediation does not act on it; null if it does, or if the device is absent.</summary>
    public NotProtected? NotProtected { get; init; }

    /// <summary>Why it may not be changed; null if it may.</summary>
    public DeclineReason? NotAllowed { get; init; }

    /// <summary>It hangs: a hang was reported within the last 30 s and is not healed.</summary>
    public bool Hung { get; init; }

    /// <summary>The stage in force.</summary>
    public string? Profile { get; init; }

    /// <summary>The settings that are kept off.</summary>
    public ImmutableArray<string> Desired { get; init; } = [];

    /// <summary>Those of them that are on again.</summary>
    public ImmutableArray<string> Drifted { get; init; } = [];

    /// <summary>Seconds of cool-down left.</summary>
    public double Cooldown { get; init; }

    /// <summary>Remediations left in the budget.</summary>
    public int BudgetLeft { get; init; }

    public bool Quarantined { get; init; }

    /// <summary>The last outcome.</summary>
    public JournalEntry? Last { get; init; }

    /// <summary>The last episode that has ended.</summary>
    public EpisodeSummary? LastEpisode { get; init; }
}
