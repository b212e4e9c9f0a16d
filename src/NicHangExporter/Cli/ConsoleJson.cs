using System.Collections.Immutable;
using System.Text.Json.Serialization;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Evidence;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Cli;

/// <summary>What a command answers where there is nothing more to tell.</summary>
/// <param name="Done">What was done, as a sentence.</param>
internal sealed record DoneJson(string Done)
{
    /// <summary>Whether remediation is paused now, after pause and resume.</summary>
    public bool? Paused { get; init; }

    /// <summary>Which parts of the kill switch are set, after pause and resume: command, file.</summary>
    public IReadOnlyList<PauseCause>? PausedBy { get; init; }
}

/// <summary>An episode in a list of them; the whole of it is what <c>episodes ID</c> shows.</summary>
internal sealed record EpisodeJsonRow(string Id, string Device, string Bus, string Driver, DateTimeOffset Start, EpisodeSummary? Summary, int Remediations, RemediationVerdict? LastVerdict)
{
    /// <summary>The row of a bundle.</summary>
    public static EpisodeJsonRow Of(EpisodeBundle bundle) =>
        new(bundle.Id, bundle.Device, bundle.Bus, bundle.Driver, bundle.Start, bundle.Summary, bundle.Remediations.Count, bundle.Remediations is [.., var last] ? last.Verdict : null);
}

/// <summary>The answers of the console's commands with <c>--format json</c>: one line each, whose names are API.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(SnakeCaseConverter<Linux.Ethtool.Duplex>)])]
[JsonSerializable(typeof(RemediationOutcome))]
[JsonSerializable(typeof(RemediationStatus))]
[JsonSerializable(typeof(ImmutableArray<DeviceStatus>))]
[JsonSerializable(typeof(DoneJson))]
[JsonSerializable(typeof(IReadOnlyList<EpisodeJsonRow>))]
[JsonSerializable(typeof(EpisodeBundle))]
internal sealed partial class ConsoleJson : JsonSerializerContext;
