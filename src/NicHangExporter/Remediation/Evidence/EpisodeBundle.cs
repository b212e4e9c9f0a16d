using System.Text.Json.Serialization;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Remediation.Evidence;

/// <summary>
/// The evidence of one hang episode, as it is kept in <c>episodes/&lt;id&gt;.json</c> of the state directory: what a power cycle would wipe, and what
/// the driver's developers ask for.
/// </summary>
/// <param name="Id">Names it; it begins with the time of its start.</param>
/// <param name="Device">The device's name at that time.</param>
internal sealed record EpisodeBundle(string Id, string Device)
{
    /// <summary>The address on the bus; empty for a virtual device.</summary>
    public string Bus { get; init => field = value ?? ""; } = "";

    /// <summary>The driver; empty where it is not known.</summary>
    public string Driver { get; init => field = value ?? ""; } = "";

    /// <summary>When the first testimony came, by the wall clock.</summary>
    public DateTimeOffset Start { get; init; }

    /// <summary>How it ended; absent while it is under way, and for ever where the process ended with it.</summary>
    public EpisodeSummary? Summary { get; init; }

    /// <summary>The decoded hang report, as <c>TDH=14 TDT=1a …</c>.</summary>
    public string? Report { get; init; }

    /// <summary>What the kernel said of the device, at the start and until the end, as dmesg prints it.</summary>
    public IReadOnlyList<string> KernelLines { get; init => field = value ?? []; } = [];

    /// <summary>The device when the episode was confirmed.</summary>
    public DeviceStateSnapshot? Before { get; init; }

    /// <summary>What was done about it, in order.</summary>
    public IReadOnlyList<EpisodeRemediation> Remediations { get; init => field = value ?? []; } = [];

    /// <summary>The device when the episode was over.</summary>
    public DeviceStateSnapshot? AtEnd { get; init; }

    /// <summary>What is not in the bundle, and why. Each picture has a list of its own as well.</summary>
    public IReadOnlyList<string> Errors { get; init => field = value ?? []; } = [];
}

/// <summary>A remediation within an episode; the whole story is in the journal, by the same id.</summary>
/// <param name="Id">Names it, in the journal too.</param>
/// <param name="Verdict">How it ended.</param>
/// <param name="Explanation">The verdict as a sentence.</param>
internal sealed record EpisodeRemediation(string Id, RemediationVerdict Verdict, string Explanation)
{
    /// <summary>When it was over, by the wall clock.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>The ladder stage or profile.</summary>
    public string? Profile { get; init; }

    /// <summary>The rung of recovery.</summary>
    public string? Rung { get; init; }

    /// <summary>The steps of the plan, as text.</summary>
    public IReadOnlyList<string> Steps { get; init => field = value ?? []; } = [];

    /// <summary>What was seen after the action.</summary>
    public RemediationEvidence? Evidence { get; init; }

    /// <summary>The device after it.</summary>
    public DeviceStateSnapshot? After { get; init; }
}

/// <summary>The bundles' JSON: indented, because it is read on the console of a host without network, with whatever is there.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip, WriteIndented = true, Converters = [typeof(SnakeCaseConverter<Duplex>)])]
[JsonSerializable(typeof(EpisodeBundle))]
internal sealed partial class EpisodeJson : JsonSerializerContext;
