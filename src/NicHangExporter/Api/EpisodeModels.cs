using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Evidence;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Api;

/// <summary>One hang episode in a list of them.</summary>
/// <param name="Id">The id.</param>
/// <param name="Device">The device's name at that time.</param>
/// <param name="Bus">Its address on the bus; empty for a virtual device.</param>
/// <param name="Driver">Its driver; empty if unknown.</param>
/// <param name="Start">When the first report came, by the wall clock.</param>
/// <param name="Remediations">The number of remediations.</param>
internal sealed record EpisodeResponse(string Id, string Device, string Bus, string Driver, DateTimeOffset Start,
    int Remediations)
{
    /// <summary>How it ended; absent while it lasts.</summary>
    public EpisodeSummary? Summary { get; init; }

    /// <summary>How the last remediation ended.</summary>
    public RemediationVerdict? LastVerdict { get; init; }

    public static EpisodeResponse Of(EpisodeBundle bundle) =>
        new(bundle.Id, bundle.Device, bundle.Bus, bundle.Driver, bundle.Start, bundle.Remediations.Count)
        {
            Summary = bundle.Summary,
            LastVerdict = bundle.Remediations is [.., var last] ? last.Verdict : null,
        };
}

/// <summary>The episodes whose evidence is kept, the newest first.</summary>
/// <param name="Episodes">At most fifty.</param>
internal sealed record EpisodeList(IReadOnlyList<EpisodeResponse> Episodes);
