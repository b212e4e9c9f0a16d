using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Api;

/// <summary>One device that is here or has a record.</summary>
/// <param name="Device">Its name.</param>
/// <param name="Bus">Its address on the bus.</param>
/// <param name="Driver">Its driver.</param>
internal sealed record DeviceResponse(string Device, string Bus, string Driver)
{
    /// <summary>It is here now.</summary>
    public bool Present { get; init; }

    /// <summary>It is watched for hangs.</summary>
    public bool Watched { get; init; }

    /// <summary>It is in remediation.devices.</summary>
    public bool Listed { get; init; }

    /// <summary>Why automatic remediation does not act on it, as long as nothing changes; absent where it does, and for what is not here.</summary>
    public NotProtected? NotProtected { get; init; }

    /// <summary>Why it may not be changed; absent where it may.</summary>
    public DeclineReason? NotAllowed { get; init; }

    /// <summary>A hang has been reported within the last half minute.</summary>
    public bool Hung { get; init; }

    /// <summary>The stage in force.</summary>
    public string? Profile { get; init; }

    /// <summary>What was decided to be off.</summary>
    public IReadOnlyList<string> Desired { get; init; } = [];

    /// <summary>What of it is on again.</summary>
    public IReadOnlyList<string> Drifted { get; init; } = [];

    /// <summary>Seconds of cool-down left.</summary>
    public double Cooldown { get; init; }

    /// <summary>Remediations that it may still have within 24 hours.</summary>
    public int BudgetLeft { get; init; }

    /// <summary>Nothing of its configuration is changed until a person clears it.</summary>
    public bool Quarantined { get; init; }

    /// <summary>How the last remediation ended.</summary>
    public RemediationResponse? Last { get; init; }

    /// <summary>The last hang episode that is over.</summary>
    public EpisodeSummary? LastEpisode { get; init; }

    /// <summary>The device as the door sees it.</summary>
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

/// <summary>The devices, and what concerns all of them.</summary>
/// <param name="Devices">Those that are here or have a record.</param>
internal sealed record DeviceList(IReadOnlyList<DeviceResponse> Devices)
{
    /// <summary>How far each trigger may go: off, observe, enforce.</summary>
    public required IReadOnlyDictionary<string, string> Modes { get; init; }

    /// <summary>The kill switch is set.</summary>
    public bool Paused { get; init; }

    /// <summary>Which of its parts is set: command, file; absent where none is.</summary>
    public IReadOnlyList<PauseCause>? PausedBy { get; init; }

    /// <summary>What pauses remediation, and what ends that; absent where it is not paused.</summary>
    public string? PauseExplanation { get; init; }

    /// <summary>The journal can be written; while it can't, nothing is changed.</summary>
    public bool JournalWritable { get; init; }

    /// <summary>CAP_NET_ADMIN is there.</summary>
    public bool Capable { get; init; }

    /// <summary>Remediations that this host may still have within 24 hours.</summary>
    public int HostBudgetLeft { get; init; }

    /// <summary>Seconds that the command under way has been in the kernel; 0 for none.</summary>
    public double CommandSeconds { get; init; }

    /// <summary>The remediation under way: its id and its device.</summary>
    public string? Running { get; init; }

    /// <summary>The API answers on the network: a credential is configured.</summary>
    public bool ApiOn { get; init; }

    /// <summary>The entries of remediation.devices that match no network device of this host.</summary>
    public IReadOnlyList<string> UnmatchedEntries { get; init; } = [];

    /// <summary>The picture of the door.</summary>
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
