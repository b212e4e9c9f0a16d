using System.Collections.Immutable;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Remediation;

/// <summary>The state of the door, for people: one immutable picture.</summary>
internal sealed record RemediationStatus
{
    /// <summary>The modes, by trigger.</summary>
    public required IReadOnlyDictionary<string, string> Modes { get; init; }

    /// <summary>The kill switch is set.</summary>
    public required bool Paused { get; init; }

    /// <summary>Which of its parts is set: command, file.</summary>
    public ImmutableArray<PauseCause> PausedBy { get; init; } = [];

    /// <summary>What pauses remediation, and what ends that; null where it is not paused.</summary>
    public string? PauseExplanation { get; init; }

    /// <summary>The journal can be written.</summary>
    public required bool JournalWritable { get; init; }

    /// <summary>CAP_NET_ADMIN is there.</summary>
    public required bool Capable { get; init; }

    /// <summary>Budget left of the host.</summary>
    public required int HostBudgetLeft { get; init; }

    /// <summary>Seconds that the command under way has been in the kernel; 0 for none.</summary>
    public required double CommandSeconds { get; init; }

    /// <summary>The pass under way, or null.</summary>
    public string? Running { get; init; }

    /// <summary>The API answers: it has a credential to know somebody by.</summary>
    public bool ApiOn { get; init; }

    /// <summary>The entries of remediation.devices that match no network device of this host.</summary>
    public ImmutableArray<string> UnmatchedEntries { get; init; } = [];

    /// <summary>The devices that are here or have a record.</summary>
    public required ImmutableArray<DeviceStatus> Devices { get; init; }
}

/// <summary>One device of it.</summary>
internal sealed record DeviceStatus(string Device, string Bus, string Driver)
{
    /// <summary>It is here now.</summary>
    public bool Present { get; init; }

    /// <summary>It is watched for hangs.</summary>
    public bool Watched { get; init; }

    /// <summary>It is in remediation.devices.</summary>
    public bool Listed { get; init; }

    /// <summary>Why automatic remediation does not act on it, as long as nothing changes; null where it does, and for what is not here.</summary>
    public NotProtected? NotProtected { get; init; }

    /// <summary>Why it may not be changed; null where it may.</summary>
    public DeclineReason? NotAllowed { get; init; }

    /// <summary>A hang has been reported within the last half minute.</summary>
    public bool Hung { get; init; }

    /// <summary>The stage in force.</summary>
    public string? Profile { get; init; }

    /// <summary>What was decided to be off.</summary>
    public ImmutableArray<string> Desired { get; init; } = [];

    /// <summary>What of it is on again.</summary>
    public ImmutableArray<string> Drifted { get; init; } = [];

    /// <summary>Seconds of cool-down left.</summary>
    public double Cooldown { get; init; }

    /// <summary>Budget left.</summary>
    public int BudgetLeft { get; init; }

    /// <summary>In quarantine.</summary>
    public bool Quarantined { get; init; }

    /// <summary>The last outcome.</summary>
    public JournalEntry? Last { get; init; }

    /// <summary>The last episode that is over.</summary>
    public EpisodeSummary? LastEpisode { get; init; }
}
