using System.Text.Json.Serialization;
using NicHangExporter.Detection.Episodes;

namespace NicHangExporter.Detection;

/// <summary>
/// What survives a restart: the position in the kernel log and the counts at that position. Both are saved together. A
/// process that is killed between counting and saving counts the same records again from the old position, and none
/// twice. The members are the format of state.json.
/// </summary>
internal sealed record MonitorState
{
    public const int CurrentVersion = 1;

    /// <summary>The value of <see cref="Checksum"/>.</summary>
    public const string Crc32C = "crc-32c";

    /// <summary>The version of the format.</summary>
    public required int Version { get; init; }

    /// <summary>
    /// Says that the file ends in a checksum. A file of an earlier version has neither, and is accepted. A file that
    /// has this member but no checksum is damaged.
    /// </summary>
    public string? Checksum { get; init; }

    /// <summary>/proc/sys/kernel/random/boot_id. Sequence numbers and times count within one boot only.</summary>
    public string? BootId { get; init; }

    /// <summary>The number of the last record whose events are in the counts; null if it came through
    /// syslog(2).</summary>
    public ulong? Position { get; init; }

    /// <summary>The time since boot of the newest record whose events are in the counts; absent in files of older
    /// versions.</summary>
    public TimeSpan? PositionTime { get; init; }

    /// <summary>The devices that have something to remember.</summary>
    public required IReadOnlyList<DeviceState> Devices { get; init; }

    /// <summary>Hang reports for which no device was found.</summary>
    public IReadOnlyList<UnattributedState> Unattributed { get; init => field = value ?? []; } = [];

    /// <summary>False if a value is missing or impossible. The JSON parser checks neither null nor ranges.</summary>
    [JsonIgnore]
    public bool IsValid => !(PositionTime < TimeSpan.Zero)
        && Devices is not null && Devices.All(device => device is { IsValid: true })
        && Unattributed.All(report => report is { IsValid: true });
}

/// <summary>The state of one device. Collections that the file lacks are empty.</summary>
internal sealed record DeviceState
{
    /// <summary>The name, in the unambiguous text of InterfaceName.ToString().</summary>
    public required string Device { get; init; }

    /// <summary>The bus address; empty for a virtual device.</summary>
    public string Bus { get; init => field = value ?? ""; } = "";

    /// <summary>Hang events by source and origin, with the label values as keys: <c>driver/live</c>.</summary>
    public Dictionary<string, long> Events { get; init => field = value ?? []; } = [];

    /// <summary>Announced resets by origin.</summary>
    public Dictionary<string, long> Resets { get; init => field = value ?? []; } = [];

    /// <summary>Episodes begun by origin.</summary>
    public Dictionary<string, long> Episodes { get; init => field = value ?? []; } = [];

    /// <summary>Episodes ended by shape.</summary>
    public Dictionary<string, long> EpisodesEnded { get; init => field = value ?? []; } = [];

    /// <summary>Seconds of outage of the episodes that have ended.</summary>
    public double OutageSeconds { get; init; }

    /// <summary>How often the link partner was found to pause the device.</summary>
    public long Pauses { get; init; }

    /// <summary>The last reading of each queue's tx_timeout; null if there was none. It counts within one boot
    /// only.</summary>
    public IReadOnlyList<ulong?> TxTimeouts { get; init => field = value ?? []; } = [];

    /// <summary>The last hang event, in seconds since the epoch; 0 for never.</summary>
    public double LastEvent { get; init; }

    /// <summary>The episode in progress, with times since the boot of <see cref="MonitorState.BootId"/>.</summary>
    public HangEpisode? Episode { get; init; }

    /// <summary>The name of its bundle, if it has one; absent in files of older versions.</summary>
    public string? EpisodeId { get; init; }

    /// <summary>False if a value is missing or impossible.</summary>
    [JsonIgnore]
    public bool IsValid => Device is not null
        && Pauses >= 0
        && double.IsFinite(OutageSeconds) && OutageSeconds >= 0
        && double.IsFinite(LastEvent)
        && Events.Values.Concat(Resets.Values).Concat(Episodes.Values).Concat(EpisodesEnded.Values)
            .All(count => count >= 0)
        && (Episode is not { } episode || IsValidEpisode(episode));

    private static bool IsValidEpisode(in HangEpisode episode) =>
        new[] { episode.Start, episode.Last, episode.FirstReport, episode.LastReport }.All(IsTimeSinceBoot);

    // Far from where sums and differences of times overflow.
    private static bool IsTimeSinceBoot(TimeSpan? time) =>
        time is null || (time >= TimeSpan.Zero && time < TimeSpan.MaxValue / 2);
}

/// <summary>Reports of one driver without a device.</summary>
internal sealed record UnattributedState(string Driver, string Origin, long Count)
{
    /// <summary>False if a value is missing or impossible.</summary>
    [JsonIgnore]
    public bool IsValid => Driver is not null && Origin is not null && Count >= 0;
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip)]
[JsonSerializable(typeof(MonitorState))]
internal sealed partial class StateJson : JsonSerializerContext;
