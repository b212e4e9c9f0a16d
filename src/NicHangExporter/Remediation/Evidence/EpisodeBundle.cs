using System.Text.Json.Serialization;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Text;

namespace NicHangExporter.Remediation.Evidence;

/// <summary>
/// The evidence of one hang episode, as stored in <c>episodes/&lt;id&gt;.json</c> of the state directory: what a power
/// cycle would erase, and what the developers of the driver need.
/// </summary>
/// <param name="Id">Its id (<see cref="EpisodeId"/>).</param>
/// <param name="Device">The device's name at that time.</param>
internal sealed record EpisodeBundle(string Id, string Device)
{
    /// <summary>The bus address; empty for a virtual device.</summary>
    public string Bus { get; init => field = value ?? ""; } = "";

    /// <summary>The driver; empty if unknown.</summary>
    public string Driver { get; init => field = value ?? ""; } = "";

    /// <summary>The time of the first sign of the hang, by the wall clock.</summary>
    public DateTimeOffset Start { get; init; }

    /// <summary>How it ended; absent while it is in progress, and if the process ended before it.</summary>
    public EpisodeSummary? Summary { get; init; }

    /// <summary>The decoded hang report, as <c>TDH=14 TDT=1a …</c>.</summary>
    public string? Report { get; init; }

    /// <summary>The kernel log lines about the device, at the start and until the end, as dmesg prints them.</summary>
    public IReadOnlyList<string> KernelLines { get; init => field = value ?? []; } = [];

    /// <summary>The device when the episode was confirmed.</summary>
    public DeviceStateSnapshot? Before { get; init; }

    /// <summary>The remediations, in order.</summary>
    public IReadOnlyList<EpisodeRemediation> Remediations { get; init => field = value ?? []; } = [];

    /// <summary>The device when the episode had ended.</summary>
    public DeviceStateSnapshot? AtEnd { get; init; }

    /// <summary>What is not in the bundle, and why. Each snapshot has its own list.</summary>
    public IReadOnlyList<string> Errors { get; init => field = value ?? []; } = [];
}

/// <summary>A remediation within an episode. The journal has all details by the same id.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Verdict">How it ended.</param>
/// <param name="Explanation">The verdict as a sentence.</param>
internal sealed record EpisodeRemediation(string Id, RemediationVerdict Verdict, string Explanation)
{
    /// <summary>When it had ended, by the wall clock.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>The ladder stage or profile.</summary>
    public string? Profile { get; init; }

    /// <summary>The recovery action.</summary>
    [JsonPropertyName("rung")]
    public string? RecoveryAction { get; init; }

    /// <summary>The steps of the plan, as text.</summary>
    public IReadOnlyList<string> Steps { get; init => field = value ?? []; } = [];

    /// <summary>What was observed after the action.</summary>
    public RemediationEvidence? Evidence { get; init; }

    /// <summary>The device after it.</summary>
    public DeviceStateSnapshot? After { get; init; }
}

/// <summary>The bundles' JSON: indented, because it is read on the console of a host without network.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip, WriteIndented = true,
    Converters = [typeof(SnakeCaseConverter<Duplex>)])]
[JsonSerializable(typeof(EpisodeBundle))]
internal sealed partial class EpisodeJson : JsonSerializerContext;
