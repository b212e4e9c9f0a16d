using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Remediation.Reporting;

namespace NicHangExporter.Api;

/// <summary>One device that is present or on record.</summary>
/// <param name="Device">Its name.</param>
/// <param name="Bus">Its address on the bus.</param>
/// <param name="Driver">Its driver.</param>
internal sealed record DeviceResponse(string Device, string Bus, string Driver)
{
    /// <summary>True if the device is present.</summary>
    public bool Present { get; init; }

    /// <summary>True if the device is watched for hangs.</summary>
    public bool Watched { get; init; }

    /// <summary>True if the device is in remediation.devices.</summary>
    public bool Listed { get; init; }

    /// <summary>Why automatic remediation does not act on it; absent if it does, and for an absent device.</summary>
    public NotProtected? NotProtected { get; init; }

    /// <summary>Why it may not be changed; absent if it may.</summary>
    public DeclineReason? NotAllowed { get; init; }

    /// <summary>A hang has been reported within the last half minute.</summary>
    public bool Hung { get; init; }

    /// <summary>The stage in force.</summary>
    public string? Profile { get; init; }

    /// <summary>The settings that remediation keeps off.</summary>
    public IReadOnlyList<string> Desired { get; init; } = [];

    /// <summary>Those of them that are on again.</summary>
    public IReadOnlyList<string> Drifted { get; init; } = [];

    /// <summary>Seconds of cool-down left.</summary>
    public double Cooldown { get; init; }

    /// <summary>How many remediations the device may still have within 24 hours.</summary>
    public int BudgetLeft { get; init; }

    /// <summary>
    /// True while the device is in quarantine: its configuration is not changed until an operator clears it.
    /// </summary>
    public bool Quarantined { get; init; }

    /// <summary>How the last remediation ended.</summary>
    public RemediationResponse? Last { get; init; }

    /// <summary>The last hang episode that has ended.</summary>
    public EpisodeSummary? LastEpisode { get; init; }

    /// <summary>The device as the status has it.</summary>
    public static DeviceResponse Of(DeviceStatus status) => new(status.Device, status.Bus, status.Driver)
    {
        Present = status.Present,
        Watched = status.Watched,
        Listed = status.Listed,
        NotProtected = status.NotProtected,
        NotAllowed = status.NotAllowed,
        Hung = status.Hung,
        Profile = status.Profile,
        Desired = status.Desired,
        Drifted = status.Drifted,
        Cooldown = status.Cooldown,
        BudgetLeft = status.BudgetLeft,
        Quarantined = status.Quarantined,
        Last = status.Last is { } last ? RemediationResponse.Of(new RecordedRun(null, last)) : null,
        LastEpisode = status.LastEpisode,
    };
}

/// <summary>The devices, and the state of remediation on this host.</summary>
/// <param name="Devices">The devices that are present or on record.</param>
internal sealed record DeviceList(IReadOnlyList<DeviceResponse> Devices)
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

    /// <summary>The list as the status has it.</summary>
    public static DeviceList Of(RemediationStatus status) => new([.. status.Devices.Select(DeviceResponse.Of)])
    {
        Modes = status.Modes,
        Paused = status.Paused,
        PausedBy = status.Paused ? status.PausedBy : null,
        PauseExplanation = status.PauseExplanation,
        JournalWritable = status.JournalWritable,
        Capable = status.Capable,
        HostBudgetLeft = status.HostBudgetLeft,
        CommandSeconds = status.CommandSeconds,
        Running = status.Running,
        ApiOn = status.ApiOn,
        UnmatchedEntries = status.UnmatchedEntries,
    };
}
